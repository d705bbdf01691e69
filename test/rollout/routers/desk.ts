import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { mergePatch } from '../../../lib/model/merge-patch.ts';
import { RESOURCES } from '../../../lib/model/resources.ts';
import type { Rollout } from '../../../lib/model/rollout.ts';
import { routersOf } from '../../../lib/rollout/routers/registry.ts';
import type { Routed, RoutedObject, Router, Routing } from '../../../lib/rollout/routers/router.ts';
import { StepFailure } from '../../../lib/workload/step-failure.ts';
import { aRollout } from '../../builders.ts';
import { applyMergePatch } from '../../vectors/apply-merge-patch.ts';
import type { Look, RouterRow } from './row.ts';

/** What a call of a router came to. */
export interface Called {
  /** As `verb Kind/name`. */
  readonly writes: readonly string[];
  /** Reasons. */
  readonly events: readonly string[];
  readonly failure: string | undefined;
}

/** The objects of one router, which it is asked to change, call by call. */
export class Desk {
  readonly rollout: Rollout;
  /** What the API server refuses, as `verb Kind`; and each time with these words. */
  readonly refused = new Map<string, string>();
  private readonly router: Router;
  private readonly objects = new Map<string, RoutedObject>();

  constructor({ name, trafficRouting, objects }: RouterRow) {
    const managedRoutes = [{ name: 'by-header' }, { name: 'by-mirror' }];
    const routing = { ...trafficRouting, managedRoutes };
    const canary = { stableService: 'stable', canaryService: 'canary', trafficRouting: routing };
    this.rollout = aRollout({ strategy: { canary } });
    const [router] = routersOf(this.rollout);
    if (!router) throw new Error(`no router ${name}`);
    this.router = router;
    for (const object of objects) this.put(object);
  }

  put(object: RoutedObject): void {
    this.objects.set(keyOf(object.kind, object.metadata.name), object);
  }

  take(kind: string, name: string): void {
    this.objects.delete(keyOf(kind, name));
  }

  readonly look: Look = (kind, name) => this.objects.get(keyOf(kind, name));

  get all(): readonly KubernetesObject[] {
    return [...this.objects.values()];
  }

  /** Only what the router asks for can be found: one that forgets to ask must not pass. */
  call(act: (router: Router, routing: Routing) => void): Called {
    const writes: string[] = [];
    const events: string[] = [];
    const find = ({ kind, name }: Routed): RoutedObject | undefined => {
      this.refuse('get', kind);
      return this.objects.get(keyOf(kind, name));
    };
    const write = (verb: string, { kind, metadata }: KubernetesObject): string => {
      this.refuse(verb, kind);
      writes.push(`${verb} ${keyOf(kind, metadata.name)}`);
      return keyOf(kind, metadata.name);
    };
    const routing: Routing = {
      rollout: this.rollout,
      replicaSets: [],
      find: (object) => {
        const isAsked = this.router
          .needs(this.rollout, (each) => this.objects.get(keyOf(each.kind, each.name)))
          .some(({ kind, name, namespace }) => kind === object.kind && name === object.name && namespace === 'shop');
        if (!isAsked) throw new Error(`${object.kind}/${object.name} is not what the router says that it needs`);
        return find(object);
      },
      replace: (before, after) => {
        const patch = mergePatch({ ...before }, { ...after });
        const key = write('patch', before);
        this.objects.set(key, applyMergePatch(this.objects.get(key), patch ?? {}) as RoutedObject);
      },
      create: (object) => {
        const found = this.objects.get(keyOf(object.kind, object.metadata.name));
        if (found) return { object: found };
        const key = write('create', object);
        this.objects.set(key, { ...object, metadata: { ...object.metadata, namespace: 'shop', uid: key } });
        return undefined;
      },
      remove: (object) => void this.objects.delete(write('delete', object)),
      list: () => [],
      apiVersionOf: (kind) => RESOURCES[kind].apiVersion,
      loadBalancers: undefined,
      tellLoadBalancers() {},
      note: (reason) => void events.push(reason),
      warn: (reason) => void events.push(reason),
    };
    try {
      act(this.router, routing);
      return { writes, events, failure: undefined };
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      return { writes, events, failure: error.message };
    }
  }

  private refuse(verb: string, kind: string): void {
    const words = this.refused.get(`${verb} ${kind}`);
    if (words !== undefined) throw new StepFailure(words);
  }
}

function keyOf(kind: string, name = ''): string {
  return `${kind}/${name}`;
}

/** Every value that stands in some objects, in order, as `Kind/name.path: value`. */
export function valuesIn(
  objects: readonly KubernetesObject[],
): readonly { readonly path: string; readonly value: unknown }[] {
  return objects.flatMap(({ kind, ...object }) => below(object, keyOf(kind, object.metadata.name)));
}

function below(value: unknown, path: string): readonly { readonly path: string; readonly value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, each]) => below(each, `${path}.${key}`));
}
