import { mergePatch } from '../../model/merge-patch.ts';
import type { Found, Reply } from '../../model/reply.ts';
import { RESOURCES } from '../../model/resources.ts';
import type { Change } from '../../model/outcome.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { seenTargetOf } from '../targets.ts';
import { targetOf } from '../../workload/target.ts';
import { note, warn, type Work } from '../work.ts';
import type { Routed, RoutedList, RoutedObject, Routing } from '../routers/router.ts';

/** An object that a router looks at, as `SeenRollout` has it. */
export function routeKey({ kind, namespace, name }: Routed): string {
  return `${kind}/${namespace}/${name}`;
}

/** Objects that a router finds by their labels, as `SeenRollout` has them. */
export function routeListKey({ kind, namespace, labelSelector }: RoutedList): string {
  return `${kind}/${namespace}?${labelSelector}`;
}

function keyOf({ kind, metadata }: RoutedObject): string {
  const { namespace = '', name = '' } = metadata;
  return routeKey({ kind, namespace, name });
}

/** What routers see of a step, with what they write in it. */
export function openRouting(work: Work): Routing {
  const { rollout, seen, versions } = work;
  const { namespace = '' } = rollout.metadata;
  const written = new Map<string, RoutedObject | undefined>();
  return {
    rollout,
    replicaSets: versions.all,
    find(object) {
      const key = routeKey(object);
      if (written.has(key)) return written.get(key);
      const found: Found<RoutedObject> | undefined = seen.routes.get(key);
      if (found && 'problem' in found) throw new StepFailure(found.problem);
      return found?.object;
    },
    list(objects) {
      const found = seen.routeLists?.get(routeListKey(objects));
      if (found && 'problem' in found) throw new StepFailure(found.problem);
      return found?.object ?? [];
    },
    replace(before, after) {
      write(work, {
        verb: 'patch',
        target: seenTargetOf(before),
        patch: mergePatch({ ...before }, { ...after }) ?? {},
      });
      written.set(keyOf(before), after);
    },
    create(given) {
      const object = { ...given, metadata: { ...given.metadata, namespace } };
      const reply = write(work, { verb: 'create', object });
      if (reply.went === 'exists') return reply.found;
      written.set(keyOf(object), object);
      return undefined;
    },
    remove(object) {
      write(work, { verb: 'delete', target: targetOf(object) });
      written.set(keyOf(object), undefined);
    },
    apiVersionOf: (kind) => seen.apiVersions?.[kind] ?? RESOURCES[kind].apiVersion,
    note: (reason, message) => note(work, reason, message),
    warn: (reason, message) => warn(work, reason, message),
    loadBalancers: seen.loadBalancers,
    tellLoadBalancers: (status) => void (work.loadBalancers = status),
  };
}

function write({ writes }: Work, change: Change): Exclude<Reply, { readonly went: 'failed' }> {
  const reply = writes.make(change);
  if (reply.went === 'failed') throw new StepFailure(reply.message);
  return reply;
}
