import type { AnyStatus, Kind, Seen } from '../model/kind.ts';
import { findMalformation } from '../model/malformed.ts';
import type { Ports } from '../model/ports.ts';
import type { ObjectRef } from '../model/ref.ts';

/** A kind whose objects can be read: all that it has to say of those. */
export interface ReadableKind<Status extends AnyStatus, S extends Seen<Status>> extends Pick<
  Kind<Status, S>,
  'facts' | 'reconcile' | 'mayLookAgain' | 'routed' | 'keep'
> {
  /** Reads what else the decision needs. */
  observe(object: S['object'], ref: ObjectRef, ports: Ports): Promise<S | undefined>;
  /** What is left to decide of an object that breaks its schema, `malformation` says where; undefined: nothing. */
  observeUnreadable(object: S['object'], malformation: string): S | undefined;
  dueAt(object: S['object'], now: Date): Date | undefined;
}

/**
 * What all kinds have in common: nothing is done for an object that is gone, was made anew or is being deleted, and one
 * that cannot be read is due until its kind has done with it.
 */
export function readableKind<Status extends AnyStatus, S extends Seen<Status>>(
  kind: ReadableKind<Status, S>,
): Kind<Status, S> {
  return {
    facts: kind.facts,
    reconcile: kind.reconcile,
    ...(kind.mayLookAgain && { mayLookAgain: kind.mayLookAgain }),
    async observe(ref, ports) {
      const found = await ports.clusters.get(ref.cluster).get(kind.facts.kind, ref);
      if (found?.metadata.uid !== ref.uid || found.metadata.deletionTimestamp !== undefined) return undefined;
      const object = found as S['object'];
      const malformation = findMalformation(object);
      return malformation === undefined
        ? kind.observe(object, ref, ports)
        : kind.observeUnreadable(object, malformation);
    },
    dueAt(object, now) {
      const malformation = findMalformation(object);
      if (malformation === undefined) return kind.dueAt(object, now);
      const isGoing = object.metadata.deletionTimestamp !== undefined;
      return isGoing || kind.observeUnreadable(object, malformation) === undefined ? undefined : now;
    },
    ...(kind.keep && { keep: kind.keep }),
    ...(kind.routed && {
      routed: (object) => (findMalformation(object) === undefined ? kind.routed?.(object) : undefined),
    }),
  };
}
