import { AssayError } from './errors.ts';
import type { Message } from './message.ts';
import { formatRef, type ObjectRef } from './ref.ts';

/** Where steps wait for their time. At least once, in any order: a message is a hint. */
export interface Queue {
  /**
   * Asks for a step of `ref` at `at` (at once when that is past).
   *
   * @param version  the resourceVersion of the object as the sender left it: where it is the same when the time has
   *                 come, nobody else looks after the object. A hint, which queues that keep one message an object drop
   * @throws AssayError ASSAY_QUEUE_UNREACHABLE (`retry: true`), ASSAY_QUEUE_REFUSED; ASSAY_TIME_INVALID where `at` is
   *         no time
   */
  send(ref: ObjectRef, at: Date, version?: string): Promise<void>;
}

/** A queue that delivers to functions: whoever has it sends, and is called with what others sent. */
export interface DeliveringQueue extends Queue {
  /** The same as `send`, with every hint. Resolves when the queue has taken the message. */
  put(message: Message, at: Date): Promise<void>;
  /** Does work that may send. Once all who work wait for their messages to be taken, none waits for others to come. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * When a step is asked for, in milliseconds since 1970. Every queue takes its times through here: one that is no number
 * would be neither sooner nor later than any other, and what is sorted by it would stand still.
 *
 * @throws AssayError ASSAY_TIME_INVALID
 */
export function askedMs(ref: ObjectRef, at: Date): number {
  const ms = at.getTime();
  if (!Number.isNaN(ms)) return ms;
  throw new AssayError('ASSAY_TIME_INVALID', `${formatRef(ref)}: the time of the next step is none`);
}
