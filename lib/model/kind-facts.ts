import type { KubernetesObject } from './kubernetes.ts';
import type { ResourceKind } from './resources.ts';

/**
 * What is to be known of a kind by all who do not decide about its objects: who watches, wakes, asks for rights, counts
 * and tells. Data, so that the webhook can read it without loading what decides.
 */
export interface KindFacts<K extends ResourceKind = ResourceKind> {
  readonly kind: K;
  /** What is made for its objects, and what of that they wait for. */
  readonly owns: readonly OwnedFacts[];
  /** What else is watched for it, whoever made it: its decisions read it, and it is counted. */
  readonly reads: readonly ResourceKind[];
  /** Objects that its objects name, whoever made them: they are watched, and changes are news for who names them. */
  readonly names?: readonly NamedFacts[];
  /** Verbs that its steps use. Looking at its own objects, writing them, and every watch go without saying. */
  readonly needs: readonly Need[];
  readonly shows: Shown;
  /** The phases in which an object is over, and the bus is told. */
  readonly ends: readonly string[];
  /** Of a kind whose objects are never over: what the bus is told of them. */
  readonly turns?: Turns;
}

/** What the bus is told of objects that go on. */
export interface Turns {
  /** Each with the kind before it is a detail-type: `Rollout Paused`. */
  readonly words: readonly string[];
  /** That a status may have. */
  readonly phases: readonly string[];
  /** What has happened between two statuses, in the order in which it is told. */
  readonly between: (before: unknown, after: unknown) => readonly string[];
}

/** Objects of another kind that are made for the objects of this one, which are their controllers. */
export interface OwnedFacts {
  readonly kind: ResourceKind;
  /** Which of them matter, as API servers select them. Absent for a kind that is looked after itself. */
  readonly labelSelector?: string;
  /** The label that holds the uid of the owner. Absent where only the owner reference tells. */
  readonly uidLabel?: string;
  /** Whether a change is news for the owner. `previous` is what was known of the object before, if anything was. */
  isNews(object: KubernetesObject, previous: KubernetesObject | undefined, isDeleted: boolean): boolean;
  /** How long a change that is news can wait, in milliseconds: nothing is decided by it. Absent: none ever can. */
  mayWaitMs?(object: KubernetesObject, previous: KubernetesObject): number;
}

/** Objects of another kind that the objects of this one name, in their own namespace. */
export interface NamedFacts {
  readonly kind: ResourceKind;
  readonly namesIn: (object: KubernetesObject) => readonly string[];
  /** Whether a change of one is news for an object that names it. Absent: each is. */
  readonly isNews?: (owner: KubernetesObject, named: KubernetesObject, isDeleted: boolean) => boolean;
}

/** Verbs on a resource; `without` says what is lost without them, where that is not all. */
export interface Need {
  readonly kind: ResourceKind;
  readonly subresource?: string;
  readonly verbs: readonly string[];
  readonly without?: string;
}

/** What `/metrics` has of a kind. */
export interface Shown {
  /** In words, singular, as in `analysis run`; the series are named after it: `analysis_run_info`. */
  readonly name: string;
  /** Each is a series of an object's `…_phase`. */
  readonly phases: readonly string[];
  /** How an object stands; absent where the phase in its status tells. */
  readonly stateOf?: (object: KubernetesObject) => ShownState;
  /** Whether `…_events_total` counts the Kubernetes Events on an object. */
  readonly countsEvents?: true;
}

/** How an object stands, in words that may be others than its status has. */
export interface ShownState {
  readonly phase: string;
  /** Beside it on `…_info` and `…_phase`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Beside these on `…_info` alone. */
  readonly infoLabels: Readonly<Record<string, string>>;
}
