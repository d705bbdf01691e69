import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { mergePatch } from '../../lib/model/merge-patch.ts';
import type { Rollout } from '../../lib/model/rollout.ts';
import type { WeightDestination } from '../../lib/model/rollout-status.ts';
import { routersOf } from '../../lib/rollout/routers/registry.ts';
import type { Routed, RoutedObject, Router, Routing } from '../../lib/rollout/routers/router.ts';
import { StepFailure } from '../../lib/rollout/step-failure.ts';
import type { ReplicaSet } from '../../lib/workload/replica-set.ts';
import { applyMergePatch } from './apply-merge-patch.ts';

type Json = Readonly<Record<string, unknown>>;

interface Call {
  readonly fn:
    | 'SetWeight'
    | 'UpdateHash'
    | 'SetHeaderRoute'
    | 'SetMirrorRoute'
    | 'VerifyWeight'
    | 'RemoveManagedRoutes';
  readonly args?: {
    readonly desiredWeight?: number;
    readonly additionalDestinations?: readonly WeightDestination[];
    readonly canaryHash?: string;
    readonly stableHash?: string;
    readonly setHeaderRoute?: Parameters<Router['setHeaderRoute']>[1];
    readonly setMirrorRoute?: Parameters<Router['setMirrorRoute']>[1];
  };
  readonly world?: readonly WorldChange[];
  readonly actions?: readonly Json[];
  readonly events?: readonly Json[];
  readonly result?: boolean | null;
  readonly error?: string;
  readonly panic?: string;
}

interface WorldChange {
  readonly op: 'patch' | 'create' | 'delete' | 'fail';
  readonly kind?: string;
  readonly name?: string;
  readonly patch?: Json;
  readonly object?: KubernetesObject;
  readonly verb?: string;
  readonly resource?: string;
  readonly times?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** What Argo's routers did to some objects, call by call. */
export interface RouterVector {
  readonly id: string;
  readonly router: string;
  readonly rollout: Rollout;
  readonly objects: readonly KubernetesObject[];
  readonly calls: readonly Call[];
  readonly objectsAfter: readonly KubernetesObject[];
}

/** What differs between two records of the calls; undefined: nothing. Writes and events without effect do not count. */
export function playRouter(vector: RouterVector): string | undefined {
  const own: KubernetesObject = { ...vector.rollout, kind: 'Rollout' };
  const world = new Map([own, ...vector.objects].map((object) => [keyOf(object.kind, object.metadata), object]));
  const failures: { change: WorldChange; left: number }[] = [];
  const [router] = routersOf(vector.rollout);
  if (!router) return 'no router';
  for (const [index, call] of vector.calls.entries()) {
    for (const change of call.world ?? []) changeWorld(world, failures, change);
    const seen = make(router, call, world, failures, keyOf('Rollout', own.metadata));
    const expected = {
      actions: (call.actions ?? []).filter((action) => !isIdle(action)),
      events: withoutIdle(call),
      result: call.result ?? undefined,
      // What crashes there is an error here, in words of our own.
      error: call.panic === undefined ? call.error : seen.error && 'an error',
    };
    const got = { ...seen, error: call.panic === undefined ? seen.error : seen.error && 'an error' };
    if (call.panic !== undefined && seen.error === undefined) return `call ${index}: no error, but ${call.panic}`;
    const difference = mergePatch(expected, got);
    if (difference)
      return `call ${index} (${call.fn}): ${JSON.stringify(difference)}, expected ${JSON.stringify(expected)}`;
  }
  world.delete(keyOf('Rollout', own.metadata));
  const after = Object.fromEntries(vector.objectsAfter.map((object) => [keyOf(object.kind, object.metadata), object]));
  const difference = mergePatch(after, Object.fromEntries(world));
  return difference && `objects at the end: ${JSON.stringify(difference)}`;
}

interface Seen {
  readonly actions: Json[];
  readonly events: Json[];
  readonly result?: boolean | undefined;
  readonly error?: string;
}

function make(
  router: Router,
  { fn, args = {} }: Call,
  world: Map<string, KubernetesObject>,
  failures: { change: WorldChange; left: number }[],
  rolloutKey: string,
): Seen {
  const rollout = world.get(rolloutKey) as Rollout;
  const actions: Json[] = [];
  const events: Json[] = [];
  const replicaSets = [...world.values()].filter((object): object is ReplicaSet => object.kind === 'ReplicaSet');
  const routing: Routing = {
    rollout,
    replicaSets,
    find: ({ kind, namespace, name }: Routed) => world.get(keyOf(kind, { namespace, name })),
    replace(before: RoutedObject, after: RoutedObject) {
      const { name = '', namespace } = before.metadata;
      const resource = `${before.kind.toLowerCase()}s`;
      const patch = mergePatch({ ...before }, { ...after }) ?? {};
      const place = namespace === 'default' ? {} : { namespace };
      const action = { verb: 'update', resource, name, ...place, patch };
      const failure = failures.find(
        ({ change, left }) =>
          left > 0 &&
          change.verb === 'update' &&
          change.resource === resource &&
          (!change.name || change.name === name),
      );
      if (failure) {
        failure.left -= 1;
        const { reason = '', message = '' } = failure.change;
        const error = `Operation cannot be fulfilled on ${resource}.networking.istio.io "${name}": ${message}`;
        actions.push({ ...action, error, errorReason: reason });
        throw new StepFailure(error);
      }
      actions.push(action);
      world.set(keyOf(before.kind, before.metadata), after);
    },
    note: (reason, message) => void events.push({ type: 'Normal', reason, message }),
    warn: (reason, message) => void events.push({ type: 'Warning', reason, message }),
  };
  const { additionalDestinations: additional = [], desiredWeight = 0, canaryHash = '', stableHash = '' } = args;
  try {
    let result: boolean | undefined;
    if (fn === 'SetWeight') router.setWeight(routing, desiredWeight, additional);
    else if (fn === 'UpdateHash') router.updateHash(routing, canaryHash, stableHash, additional);
    else if (fn === 'SetHeaderRoute') router.setHeaderRoute(routing, args.setHeaderRoute ?? {});
    else if (fn === 'SetMirrorRoute') router.setMirrorRoute(routing, args.setMirrorRoute ?? { name: '' });
    else if (fn === 'RemoveManagedRoutes') router.removeManagedRoutes(routing);
    else result = router.verifyWeight(routing, desiredWeight, additional);
    return { actions, events, result };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return { actions, events, error: error.message };
  }
}

function changeWorld(
  world: Map<string, KubernetesObject>,
  failures: { change: WorldChange; left: number }[],
  change: WorldChange,
): void {
  if (change.op === 'fail') {
    failures.push({ change, left: change.times ?? 1 });
    return;
  }
  if (change.op === 'create' && change.object) {
    world.set(keyOf(change.object.kind, change.object.metadata), change.object);
    return;
  }
  const [name = '', namespace = 'default'] = (change.name ?? '').split('/').toReversed();
  const key = keyOf(change.kind ?? '', { namespace, name });
  const object = world.get(key);
  if (change.op === 'delete') world.delete(key);
  else if (object) world.set(key, applyMergePatch(object, change.patch ?? {}) as KubernetesObject);
}

function keyOf(
  kind: string,
  { namespace = '', name = '' }: { readonly namespace?: string; readonly name?: string },
): string {
  return `${kind}/${namespace}/${name}`;
}

/** A write that changes nothing, which is not made here. */
function isIdle({ patch, error }: Json): boolean {
  return error === undefined && JSON.stringify(patch) === '{}';
}

/** Each write is told by one event; those of idle writes are left out. */
function withoutIdle({ actions = [], events = [] }: Call): readonly Json[] {
  const told = actions.filter(({ error }) => error === undefined);
  let at = 0;
  return events.filter(({ type }) => type === 'Warning' || !isIdle(told[at++] ?? {}));
}
