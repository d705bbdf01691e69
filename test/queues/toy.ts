import { formatMessage, type Message } from '../../lib/model/message.ts';
import { askedMs } from '../../lib/model/queue.ts';
import type { QueueRow } from '../../lib/queues/registry.ts';

interface Waiting {
  readonly body: string;
  readonly dueMs: number;
}

/** What waits in the toy queue: a queue that is a list. */
export const waiting: Waiting[] = [];

/** What a new queue brings to lib/queues. */
export const toy: QueueRow = {
  takes: ({ protocol }) => protocol === 'toy:',
  open: () => ({
    put,
    send: (ref, at, version) => put({ ref, ...(version !== undefined && { version }) }, at),
    during: (work) => work(),
  }),
};

async function put(message: Message, at: Date): Promise<void> {
  waiting.push({ body: formatMessage(message), dueMs: askedMs(message.ref, at) });
}

/** Takes the message that is due first off the queue. */
export function takeFirst(): Waiting | undefined {
  const first = waiting.toSorted((left, right) => left.dueMs - right.dueMs)[0];
  if (first) waiting.splice(waiting.indexOf(first), 1);
  return first;
}
