import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { POD_HASH_LABEL } from '../../../lib/model/labels.ts';
import type { LoadBalancer } from '../../../lib/model/load-balancer.ts';
import type { Found } from '../../../lib/model/reply.ts';
import type { RoutedObject } from '../../../lib/rollout/routers/router.ts';
import type { TrafficRouting } from '../../../lib/model/traffic-routing.ts';
import { valueAt } from '../../../lib/rollout/routers/accessor.ts';

/** An object of the namespace, by its kind and name. */
export type Look = (kind: string, name: string) => KubernetesObject | undefined;

/** Which versions of the pods a router points at. */
export interface Pointed {
  readonly canary: string;
  readonly stable: string;
}

/** A router as the contract has to know it: a new one is one more of these. The Services are `stable` and `canary`. */
export interface RouterRow {
  readonly name: string;
  readonly trafficRouting: TrafficRouting;
  /** As somebody wrote them, with all traffic at the stable pods, and with fields and routes that are theirs. */
  readonly objects: readonly RoutedObject[];
  /** What the objects say, in percent. */
  readonly canaryWeight: (look: Look) => number;
  /** Undefined: it has what is left. */
  readonly stableWeight?: (look: Look) => unknown;
  /** Weights of the pods of experiments, by their Services; undefined: such a Rollout is invalid. */
  readonly otherWeights?: (look: Look) => Readonly<Record<string, unknown>>;
  /**
   * Where it does not do what the status says: what stable pods have beside 20 of the canary and 10 of an experiment.
   * Undefined: the 70 that are left.
   */
  readonly experiments?: { readonly stable: number };
  /** What not every router knows: where it does not, such a Rollout is invalid. */
  readonly knows?: readonly ('maxTrafficWeight' | 'pingPong')[];
  /** Undefined: it sends requests to Services, which know the pods. */
  readonly pointed?: (look: Look) => Pointed;
  /** Paths of what it may change in objects that it has not made: `Kind/name.spec.field`. */
  readonly owns: readonly RegExp[];
  /** When weights have taken effect: at once, or as soon as load balancers have them. Undefined: nobody knows. */
  readonly verifies?: 'at once' | ((weight: number) => ReadonlyMap<string, Found<LoadBalancer>>);
  /** What is said once an object is gone. */
  readonly vanished: readonly { readonly kind: string; readonly name: string; readonly failure: string }[];
  /** What it makes, and what is said where somebody else has the name; undefined: it is taken over. */
  readonly makes?: { readonly kind: string; readonly name: string; readonly taken: string | undefined };
  /**
   * What a finished or aborted update leaves otherwise than it found it, by `Kind/name`; null takes a field away.
   * @param latest  the version that was promoted, or given up
   */
  readonly leaves?: (stable: string, latest: string) => Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const NAMESPACE = 'shop';

/** With what others keep in it. */
export function anObject(apiVersion: string, kind: string, name: string, spec: object): KubernetesObject {
  const labels = { team: 'web', 'app.kubernetes.io/managed-by': 'somebody' };
  const annotations = { 'somebody.example/note': 'kept' };
  const metadata = { name, namespace: NAMESPACE, uid: `uid-${kind}-${name}`, labels, annotations, finalizers: ['a/b'] };
  return { apiVersion, kind, metadata, spec } as KubernetesObject;
}

/** The one of a list whose name, or whatever else tells it, is this. */
export function inList(list: unknown, isIt: (entry: unknown) => boolean): unknown {
  return Array.isArray(list) ? (list as readonly unknown[]).find(isIt) : undefined;
}

/** By its name. */
export function named(name: string): (entry: unknown) => boolean {
  return (entry) => valueAt(entry, 'name') === name;
}

/** The version of the pods that labels choose; empty: any. */
export function hashIn(labels: unknown): string {
  const hash = valueAt(labels, POD_HASH_LABEL);
  return typeof hash === 'string' ? hash : '';
}
