import type { KindFacts } from './kind-facts.ts';
import type { KubernetesObject, NamedObject } from './kubernetes.ts';
import type { Outcome } from './outcome.ts';
import type { Ports } from './ports.ts';
import type { ObjectRef } from './ref.ts';
import type { Reply } from './reply.ts';

/** What every status has. */
export interface AnyStatus {
  readonly phase?: string;
}

/** What every observation holds: the object itself, as it was read. */
export interface Seen<Status extends AnyStatus = AnyStatus> {
  readonly object: KubernetesObject & { readonly status?: Status };
}

/** How a step ended. */
export interface Left<Status extends AnyStatus = AnyStatus> {
  /** The resourceVersion that the object has now, as far as we know. */
  readonly version: string | undefined;
  readonly outcome: Outcome<Status>;
  /** What its changes gave. */
  readonly replies: readonly Reply[];
}

/**
 * One resource that Assay looks after. Everything impure happens before (`observe`) or after (the outcome is
 * applied by `runtime/step.ts`) the decision.
 */
export interface Kind<Status extends AnyStatus = AnyStatus, S extends Seen<Status> = Seen<Status>> {
  readonly facts: KindFacts;
  /** Reads what the decision needs, measurements included; undefined: the object is gone, or not to be touched. */
  observe(ref: ObjectRef, ports: Ports): Promise<S | undefined>;
  /**
   * Decides, as if every change succeeded. Pure: the clock is an argument and nothing is written.
   *
   * @param replies  what the first changes of this very decision gave, one of which was a surprise: it is made anew,
   *                 and its changes must come out the same up to there
   */
  reconcile(seen: S, now: Date, replies?: readonly Reply[]): Outcome<Status>;
  /**
   * Whether what is observed is only read, so that a step may look again where its object turns out to be older than what
   * belongs to it. Absent: it may not.
   */
  readonly mayLookAgain?: true;
  /** Keeps in this process what a step that ended well has left, for the next one. Absent: nothing is kept. */
  keep?(ref: ObjectRef, seen: S, left: Left<Status>, ports: Ports): void;
  /** When the object is due, told from itself alone; undefined: nothing is left to do, or something else will tell. */
  dueAt(object: S['object'], now: Date): Date | undefined;
  /**
   * Objects that split its traffic: where they are followed, each change of one is news. Told from its specification
   * alone; undefined: it cannot be read. Absent: there are none.
   */
  routed?(object: S['object']): readonly NamedObject[] | undefined;
}

/** A row in a table of kinds: what is known of one, and what decides about it, loaded when its first object comes. */
export interface KindRow {
  readonly facts: KindFacts;
  readonly load: () => Promise<Kind>;
}
