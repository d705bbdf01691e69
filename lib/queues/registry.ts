import { AssayError } from '../model/errors.ts';
import type { DeliveringQueue } from '../model/queue.ts';
import { sqsQueue } from './sqs.ts';

/** What every queue that delivers to functions is told. */
export interface QueueOptions {
  readonly queueUrl: string;
  /** Longer waits hop: the step that comes too early finds nothing due, and sends on. */
  readonly maxDelaySeconds: number;
  readonly now: () => Date;
}

interface Backend {
  /** Whether an address is one of its own. */
  readonly takes: (url: URL) => boolean;
  readonly open: (options: QueueOptions) => DeliveringQueue;
}

/** Every queue that delivers to functions. A new one is a file here and a line below: the first that takes the address. */
const QUEUES: Readonly<Record<string, Backend>> = {
  sqs: { takes: ({ protocol }) => protocol === 'https:' || protocol === 'http:', open: sqsQueue },
};

/** @throws AssayError ASSAY_SETTING_INVALID for an address that no queue has */
export function openQueue(options: QueueOptions): DeliveringQueue {
  const url = URL.canParse(options.queueUrl) ? new URL(options.queueUrl) : undefined;
  const backend = url && Object.values(QUEUES).find(({ takes }) => takes(url));
  if (backend) return backend.open(options);
  const known = Object.keys(QUEUES).join(', ');
  throw new AssayError(
    'ASSAY_SETTING_INVALID',
    `${JSON.stringify(options.queueUrl)} is no address of a queue (${known})`,
  );
}
