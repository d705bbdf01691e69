import { AssayError } from '../model/errors.ts';
import type { DeliveringQueue } from '../model/queue.ts';
import { type QueueOptions, QUEUES } from './registry.ts';

/** @throws AssayError ASSAY_SETTING_INVALID for an address that no queue has */
export function openQueue(options: QueueOptions): DeliveringQueue {
  const url = URL.canParse(options.queueUrl) ? new URL(options.queueUrl) : undefined;
  const row = url && Object.values(QUEUES).find(({ takes }) => takes(url));
  if (row) return row.open(options);
  const known = Object.keys(QUEUES).join(', ');
  throw new AssayError(
    'ASSAY_SETTING_INVALID',
    `${JSON.stringify(options.queueUrl)} is no address of a queue (${known})`,
  );
}
