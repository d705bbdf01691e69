import type { DeliveringQueue } from '../model/queue.ts';
import { sqsQueue } from './sqs.ts';

/** What every queue that delivers to functions is told. */
export interface QueueOptions {
  readonly queueUrl: string;
  /** Longer waits hop: the step that comes too early finds nothing due, and sends on. */
  readonly maxDelaySeconds: number;
  readonly now: () => Date;
}

export interface QueueRow {
  /** Whether an address is one of its own. */
  readonly takes: (url: URL) => boolean;
  readonly open: (options: QueueOptions) => DeliveringQueue;
}

/**
 * Every queue that delivers to functions. A new one is a file here and a line below; the first that takes the address has
 * it (`open-queue.ts`).
 */
export const QUEUES: Readonly<Record<string, QueueRow>> = {
  sqs: { takes: ({ protocol }) => protocol === 'https:' || protocol === 'http:', open: sqsQueue },
};
