import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { mergePatch } from '../../lib/model/merge-patch.ts';
import { RESOURCES } from '../../lib/model/resources.ts';
import type { Rollout } from '../../lib/model/rollout.ts';
import { apiVersionsOf } from '../../lib/model/cluster-routers.ts';
import type { RolloutStatus, WeightDestination } from '../../lib/model/rollout-status.ts';
import { routersOf } from '../../lib/rollout/routers/registry.ts';
import type { Router, Routing } from '../../lib/rollout/routers/router.ts';
import { StepFailure } from '../../lib/workload/step-failure.ts';
import { type Elb, seenIn } from './rollout-router-elb.ts';
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
  readonly world?: readonly (WorldChange | { readonly op: 'elb'; readonly elb: Elb })[];
  readonly actions?: readonly Json[];
  readonly events?: readonly Json[];
  readonly result?: boolean | null;
  readonly error?: string;
  readonly panic?: string;
  /** What changes of the status. */
  readonly status?: Json;
}

/** What Argo's routers did to some objects, call by call. */
export interface RouterVector {
  readonly id: string;
  readonly router: string;
  /** Flags of Argo's controller. */
  readonly config?: {
    readonly smiAPIVersion?: string;
    readonly traefikVersion?: string;
    readonly awsVerifyTargetGroup?: boolean;
    readonly albTagKeyResourceID?: string;
  };
  readonly elb?: Elb;
  readonly rollout: Rollout;
  readonly objects: readonly KubernetesObject[];
  readonly calls: readonly Call[];
  readonly objectsAfter: readonly KubernetesObject[];
}

/**
 * What differs between two records of the calls; undefined: nothing. Writes and events without effect do not count. What
 * crashes there is compared up to that call.
 *
 * @param asked  is given the rights that it takes, as `verb kind`
 */
export function playRouter(vector: RouterVector, asked = new Set<string>()): string | undefined {
  const world = worldOf(vector, asked);
  const [router] = routersOf(vector.rollout);
  if (!router) return 'no router';
  const { config = {} } = vector;
  let { elb = {} } = vector;
  for (const [index, call] of vector.calls.entries()) {
    for (const change of call.world ?? []) {
      if (change.op === 'elb') elb = change.elb;
      else world.change(change);
    }
    const balancers = config.awsVerifyTargetGroup === true ? seenIn(elb, config.albTagKeyResourceID) : undefined;
    const isInTurns = vector.router === 'gatewayapi';
    const got = isInTurns ? makeInTurns(router, call, world) : make(router, call, world, balancers);
    if (call.panic !== undefined) return undefined;
    const expected = {
      actions: (call.actions ?? []).filter((action) => !isIdle(action)),
      events: withoutIdle(call),
      result: call.result ?? undefined,
      error: withPrefix(vector.router, call),
      status: call.status,
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

function worldOf({ rollout, objects, config = {} }: RouterVector, asked: Set<string>): RouterWorld {
  const { smiAPIVersion, traefikVersion } = config;
  const apiVersions = apiVersionsOf({
    ...(smiAPIVersion !== undefined && { smi: { apiVersion: `split.smi-spec.io/${smiAPIVersion}` } }),
    ...(traefikVersion !== undefined && { traefik: { apiVersion: traefikVersion } }),
  });
  return new RouterWorld([{ ...rollout, kind: 'Rollout' }, ...objects.map(toldApart)], apiVersions, asked);
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
  readonly status?: Json | undefined;
}

/** What a router sees of a world, and writes to it; nobody looks at load balancers. */
export function routingIn(world: RouterWorld, events: Json[]): Routing {
  return {
    rollout: world.rollout(),
    replicaSets: world.replicaSets(),
    find: (object) => world.find(object),
    replace: (before, after) => world.replace(before, after),
    create: (object) => world.create(object),
    remove: (object) => world.remove(object),
    apiVersionOf: (kind) => world.apiVersionOf(kind),
    list: (objects) => world.list(objects),
    note: (reason, message) => void events.push({ type: 'Normal', reason, message }),
    warn: (reason, message) => void events.push({ type: 'Warning', reason, message }),
    loadBalancers: undefined,
    tellLoadBalancers: (status) => world.tellLoadBalancers(status),
  };
}

function make(
  router: Router,
  { fn, args = {} }: Call,
  world: RouterWorld,
  loadBalancers?: Routing['loadBalancers'],
): Made {
  const events: Json[] = [];
  const told = statusOf(world);
  const actions = world.begin();
  const routing = { ...routingIn(world, events), loadBalancers };
  const { additionalDestinations: additional = [], desiredWeight = 0, canaryHash = '', stableHash = '' } = args;
  try {
    let result: boolean | undefined;
    if (fn === 'SetWeight') router.setWeight(routing, desiredWeight, additional);
    else if (fn === 'UpdateHash') router.updateHash(routing, canaryHash, stableHash, additional);
    else if (fn === 'SetHeaderRoute') router.setHeaderRoute(routing, args.setHeaderRoute ?? {});
    else if (fn === 'SetMirrorRoute') router.setMirrorRoute(routing, args.setMirrorRoute ?? { name: '' });
    else if (fn === 'RemoveManagedRoutes') router.removeManagedRoutes(routing);
    else result = router.verifyWeight(routing, desiredWeight, additional);
    return { actions, events, result, status: mergePatch(told, statusOf(world)) };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    const result = fn === 'VerifyWeight' ? false : undefined;
    return { actions, events, result, error: error.message, status: mergePatch(told, statusOf(world)) };
  }
}

function statusOf(world: RouterWorld): Json {
  const { alb, albs }: RolloutStatus = world.rollout().status ?? {};
  return { ...(alb && { alb }), ...(albs && { albs }) };
}

const TRIES = 5;

/** Where somebody else has written, Argo's plugin reads and writes again, five times a route; here the next step does. */
function makeInTurns(router: Router, call: Call, world: RouterWorld): Made {
  const actions: Json[] = [];
  for (;;) {
    const made = make(router, call, world);
    actions.push(...made.actions);
    const last = made.error === undefined ? undefined : made.actions.at(-1);
    const refused = actions.filter(({ errorReason, resource, name }) => {
      return errorReason === 'Conflict' && resource === last?.['resource'] && name === last?.['name'];
    });
    if (refused.length === 0 || refused.length === TRIES) return { ...made, actions };
  }
}

/** Argo's plugin was called without the controller, which says of its failures what was being done. */
function withPrefix(router: string, { fn, error }: Call): string | undefined {
  const doing = router === 'gatewayapi' ? DOING[fn] : undefined;
  return error === undefined || doing === undefined ? error : `failed to ${doing} via plugin: ${error}`;
}

const DOING: Readonly<Partial<Record<Call['fn'], string>>> = {
  SetWeight: 'set weight',
  SetHeaderRoute: 'set header route',
  RemoveManagedRoutes: 'remove managed routes',
};

/** A write that changes nothing, which is not made here. */
function isIdle({ patch, error }: Json): boolean {
  return error === undefined && JSON.stringify(patch) === '{}';
}

/** Events tell of writes: one each, or one of them all. Those of idle writes, or of none, are left out. Who verifies writes nothing. */
function withoutIdle({ fn, actions = [], events = [], error }: Call): readonly Json[] {
  if (fn === 'VerifyWeight') return events;
  const warnings = events.filter(({ type }) => type === 'Warning');
  if (error === undefined && actions.every(isIdle)) return warnings;
  const told = actions.filter((action) => action['error'] === undefined);
  const isEach = events.length - warnings.length === told.length;
  let at = 0;
  return isEach ? events.filter(({ type }) => type === 'Warning' || !isIdle(told[at++] ?? {})) : events;
}
