import type { Outcome } from './outcome.ts';
import type { ObjectRef } from './ref.ts';

/**
 * One resource that Assay looks after. Everything impure happens before (`observe`) or after (the outcome is
 * applied by `runtime/step.ts`) the decision; `undefined` from `observe` means that the object is gone: done.
 */
export interface Kind<Seen, Status, Ports> {
  readonly kind: string;
  observe(ref: ObjectRef, ports: Ports): Promise<Seen | undefined>;
  reconcile(seen: Seen, now: Date): Outcome<Status>;
}
