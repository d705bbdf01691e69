import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { mergePatch } from '../../lib/model/merge-patch.ts';
import { RESOURCES } from '../../lib/model/resources.ts';
import type { Rollout } from '../../lib/model/rollout.ts';
import type { WeightDestination } from '../../lib/model/rollout-status.ts';
import { routersOf } from '../../lib/rollout/routers/registry.ts';
import type { Router, Routing } from '../../lib/rollout/routers/router.ts';
import { StepFailure } from '../../lib/rollout/step-failure.ts';
import { keyOf, RouterWorld, type WorldChange } from './rollout-router-world.ts';

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

/** What Argo's routers did to some objects, call by call. */
export interface RouterVector {
  readonly id: string;
  readonly router: string;
  readonly rollout: Rollout;
  readonly objects: readonly KubernetesObject[];
  readonly calls: readonly Call[];
  readonly objectsAfter: readonly KubernetesObject[];
}

/**
 * What differs between two records of the calls; undefined: nothing. Writes and events without effect do not count. What
 * crashes there is compared up to that call.
 */
export function playRouter(vector: RouterVector): string | undefined {
  const world = new RouterWorld([{ ...vector.rollout, kind: 'Rollout' }, ...vector.objects.map(toldApart)]);
  const [router] = routersOf(vector.rollout);
  if (!router) return 'no router';
  for (const [index, call] of vector.calls.entries()) {
    for (const change of call.world ?? []) world.change(change);
    const got = make(router, call, world);
    if (call.panic !== undefined) return undefined;
    const expected = {
      actions: (call.actions ?? []).filter((action) => !isIdle(action)),
      events: withoutIdle(call),
      result: call.result ?? undefined,
      error: call.error,
    };
    const difference = mergePatch(expected, { ...got });
    if (difference)
      return `call ${index} (${call.fn}): ${JSON.stringify(difference)}, expected ${JSON.stringify(expected)}`;
  }
  const after = Object.fromEntries(
    vector.objectsAfter.map(toldApart).map((object) => [keyOf(object.kind, object.metadata), object]),
  );
  const difference = mergePatch(after, world.objectsBesideRollout());
  return difference && `objects at the end: ${JSON.stringify(difference)}`;
}

/** Istio and App Mesh have a kind of one name, of which `RESOURCES` calls one otherwise. */
function toldApart(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind } = object;
  const isOther = kind === 'VirtualService' && apiVersion === RESOURCES.AppMeshVirtualService.apiVersion;
  return isOther ? { ...object, kind: 'AppMeshVirtualService' } : object;
}

interface Made {
  readonly actions: readonly Json[];
  readonly events: readonly Json[];
  readonly result?: boolean | undefined;
  readonly error?: string;
}

function make(router: Router, { fn, args = {} }: Call, world: RouterWorld): Made {
  const events: Json[] = [];
  const actions = world.begin();
  const routing: Routing = {
    rollout: world.rollout(),
    replicaSets: world.replicaSets(),
    find: (object) => world.find(object, router),
    replace: (before, after) => world.replace(before, after, router),
    create: (object) => world.create(object, router),
    remove: (object) => world.remove(object, router),
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

/** A write that changes nothing, which is not made here. */
function isIdle({ patch, error }: Json): boolean {
  return error === undefined && JSON.stringify(patch) === '{}';
}

/** Events tell of writes: one each, or one of them all. Those of idle writes, or of none, are left out. */
function withoutIdle({ actions = [], events = [], error }: Call): readonly Json[] {
  const warnings = events.filter(({ type }) => type === 'Warning');
  if (error === undefined && actions.every(isIdle)) return warnings;
  const told = actions.filter((action) => action['error'] === undefined);
  const isEach = events.length - warnings.length === told.length;
  let at = 0;
  return isEach ? events.filter(({ type }) => type === 'Warning' || !isIdle(told[at++] ?? {})) : events;
}
