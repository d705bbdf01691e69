import type { SetHeaderRoute, SetMirrorRoute } from '../../model/canary-step.ts';
import type { KubernetesObject, NamedObject } from '../../model/kubernetes.ts';
import type { LoadBalancer } from '../../model/load-balancer.ts';
import type { Found } from '../../model/reply.ts';
import type { Rollout } from '../../model/rollout.ts';
import type { RoutedKind } from '../../model/router-rows.ts';
import type { RolloutStatus, WeightDestination } from '../../model/rollout-status.ts';
import type { ReplicaSet } from '../../workload/replica-set.ts';

/** An object that a router looks at, and perhaps writes: of one of the kinds in its row of `ROUTER_ROWS`. */
export type Routed = NamedObject;

/** Objects that a router finds by their labels. */
export interface RoutedList {
  readonly kind: string;
  readonly namespace: string;
  /** As a query has it; empty: all. */
  readonly labelSelector: string;
}

/** What a router sees of the world, and how it says what it wants. */
export interface Routing {
  readonly rollout: Rollout;
  readonly replicaSets: readonly ReplicaSet[];
  /**
   * As it is after what has been written so far. Undefined: there is none.
   * @throws StepFailure with the API server's words, where it could not be read
   */
  find(object: Routed): RoutedObject | undefined;
  /**
   * The names of the objects with these labels, in order.
   * @throws StepFailure with the API server's words, where they could not be read
   */
  list(objects: RoutedList): readonly string[];
  /**
   * Writes what is different in `after`.
   * @throws StepFailure with the API server's words
   */
  replace(before: RoutedObject, after: RoutedObject): void;
  /**
   * Creates an object in the namespace of the Rollout.
   * @returns what has that name already
   * @throws StepFailure with the API server's words
   */
  create(object: RoutedObject): Found<RoutedObject> | undefined;
  /** @throws StepFailure with the API server's words */
  remove(object: RoutedObject): void;
  /** The version that a kind stands in: that of what is created. */
  apiVersionOf(kind: RoutedKind): string;
  note(reason: string, message: string): void;
  warn(reason: string, message: string): void;
  /**
   * Load balancers of AWS by their DNS names, as they were before anything was written. One that is missing here does
   * not exist. Undefined: nobody looks at them.
   */
  readonly loadBalancers: ReadonlyMap<string, Found<LoadBalancer>> | undefined;
  /** Says in the status what there is of load balancers; nothing: it does not speak of them. */
  tellLoadBalancers(status: Pick<RolloutStatus, 'alb' | 'albs'>): void;
}

/** Its fields are whatever somebody wrote. */
export interface RoutedObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/**
 * Splits the traffic of a Rollout by means of objects that somebody else acts on. Reads and writes nothing itself, and
 * changes its own fields only: what others keep in the same object stays.
 *
 * Every call throws StepFailure, in the words of Argo's own router, where the objects are not as they have to be.
 * @source TrafficRoutingReconciler in rollout/trafficrouting of argoproj/argo-rollouts
 */
export interface Router {
  /** As in events: `Istio`. */
  readonly type: string;
  /** What is checked before anything of the Rollout is done; without it: nothing. */
  readonly references?: RouterReferences;
  /**
   * DNS names of the load balancers of AWS that have to be looked at, if anybody does, once all that is needed has been
   * read. Without it: none.
   */
  loadBalancers?(rollout: Rollout, find: FindRouted): readonly string[];
  /** Likewise, of objects without a name; without it: nothing. */
  lists?(rollout: Rollout): readonly RoutedList[];
  /**
   * What has to be read before anything is called.
   * @param read  gives what has been read so far: asked once with nothing, and again with what that gave
   */
  needs(rollout: Rollout, read: (object: Routed) => RoutedObject | undefined): readonly Routed[];
  /** @param weight  of the canary, in percent; `additional` are pods of experiments */
  setWeight(routing: Routing, weight: number, additional: readonly WeightDestination[]): void;
  /** Whether the weights have taken effect; undefined where that cannot be known. */
  verifyWeight(routing: Routing, weight: number, additional: readonly WeightDestination[]): boolean | undefined;
  /** Points at the pods by their hashes, where Services do not. An empty hash: there are none. */
  updateHash(routing: Routing, canaryHash: string, stableHash: string, additional: readonly WeightDestination[]): void;
  /** Sends requests with certain headers to the canary; without `match`, no longer. */
  setHeaderRoute(routing: Routing, step: SetHeaderRoute): void;
  /** Mirrors certain requests to the canary; without `match`, no longer. */
  setMirrorRoute(routing: Routing, step: SetMirrorRoute): void;
  /** Takes away what the two above have made. */
  removeManagedRoutes(routing: Routing): void;
}

/** Reads an object. Undefined: there is none. @throws StepFailure with the API server's words */
export type FindRouted = (object: Routed) => RoutedObject | undefined;

/** What may be wrong with the objects that a Rollout names; both say what is, undefined: nothing. */
export interface RouterReferences {
  /** Whether they are named as they should be, and are there. */
  findMissing(rollout: Rollout, find: FindRouted): string | undefined;
  /** Whether they are as they should be; all are there. */
  check(rollout: Rollout, find: FindRouted): string | undefined;
}

/** Most routers know weights alone. */
export const WEIGHTS_ALONE = {
  verifyWeight: () => undefined,
  updateHash() {},
  setHeaderRoute() {},
  setMirrorRoute() {},
  removeManagedRoutes() {},
} as const satisfies Partial<Router>;
