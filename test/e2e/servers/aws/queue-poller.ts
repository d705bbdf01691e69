import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { type FairBuffer, type Grouped, openFairBuffer } from './fair-buffer.ts';
import type { Invocation } from './lambda-environment.ts';
import type { LambdaFunction } from './lambda-function.ts';

/** What an event source mapping is told. */
export interface QueuePollerOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly target: LambdaFunction;
  readonly batchSize: number;
  readonly maximumConcurrency: number;
}

/** Brings the messages of a queue to a function, as Lambda's event source mapping for SQS does. */
export interface QueuePoller {
  readonly counts: Readonly<QueueCounts>;
  /** Messages that are with the function, or about to be. */
  readonly inFlight: () => number;
  /** Takes no more, and waits for what is with the function. */
  stop(): Promise<void>;
}

/** Requests to SQS, and messages. */
export interface QueueCounts {
  receives: number;
  /** Of those, the ones that brought nothing. */
  emptyReceives: number;
  deletes: number;
  messages: number;
  /** Messages left on the queue, to come again when their visibility timeout is over. */
  failures: number;
}

/**
 * Long polls, batches of what is there (no window), at most so many invocations at once. What the function does not
 * name in `batchItemFailures` is deleted; an answer that makes no sense, an error or a timeout deletes nothing.
 *
 * The emulated queue has no fairness, which SQS has, so messages are taken ahead and go out quiet groups first.
 *
 * @source https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function startQueuePoller(options: QueuePollerOptions): QueuePoller {
  const counts: QueueCounts = { receives: 0, emptyReceives: 0, deletes: 0, messages: 0, failures: 0 };
  const buffer = openFairBuffer<Received>();
  const stopping = new AbortController();
  const busy = new Set<Promise<void>>();

  const dispatch = (): void => {
    while (!stopping.signal.aborted && buffer.size() > 0 && busy.size < options.maximumConcurrency) {
      const batch = buffer.take(options.batchSize);
      const work: Promise<void> = handle(batch, options, counts).finally(() => {
        for (const item of batch) buffer.done(item);
        busy.delete(work);
        dispatch();
      });
      busy.add(work);
    }
  };
  const pollers = Array.from({ length: POLLERS }, () => poll(options, counts, buffer, dispatch, stopping.signal));
  return {
    counts,
    inFlight: () => buffer.size() + busy.size,
    async stop() {
      stopping.abort();
      await Promise.all(pollers);
      await Promise.allSettled(busy);
      await giveBack(buffer, options);
    },
  };
}

interface Received extends Grouped {
  readonly message: Message;
}

/** Lambda begins with five. Two are enough for one queue on one machine, and each costs processor time. */
const POLLERS = 2;
const TAKEN_AHEAD = 2000;
/** Lambda waits for 20 s. A poll that is cut off here would keep what comes meanwhile, so who stops waits for its polls. */
const LONG_POLL_SECONDS = 2;

async function poll(
  { sqs, queueUrl, batchSize }: QueuePollerOptions,
  counts: QueueCounts,
  buffer: FairBuffer<Received>,
  dispatch: () => void,
  signal: AbortSignal,
): Promise<void> {
  const receive = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: batchSize,
    WaitTimeSeconds: LONG_POLL_SECONDS,
    MessageSystemAttributeNames: ['All'],
  });
  while (!signal.aborted) {
    if (buffer.size() > TAKEN_AHEAD) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    const { Messages = [] } = await sqs.send(receive);
    counts.receives += 1;
    counts.emptyReceives += Messages.length === 0 ? 1 : 0;
    for (const message of Messages) buffer.add({ message, group: message.Attributes?.MessageGroupId ?? '' });
    dispatch();
  }
}

async function handle(batch: readonly Received[], options: QueuePollerOptions, counts: QueueCounts): Promise<void> {
  const { sqs, queueUrl, queueArn, target } = options;
  const event = { Records: batch.map(({ message }) => recordOf(message, queueArn)) };
  const failed = failuresOf(await target.invoke(event), batch);
  const done = batch.filter(({ message }) => !failed.has(message.MessageId));
  counts.messages += batch.length;
  counts.failures += batch.length - done.length;
  if (done.length === 0) return;
  const Entries = done.map(({ message }, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  counts.deletes += 1;
}

/** The ids that stay on the queue. */
function failuresOf(invocation: Invocation, batch: readonly Received[]): ReadonlySet<string | undefined> {
  const all = new Set(batch.map(({ message }) => message.MessageId));
  if (invocation.went === 'wrong') return all;
  const { batchItemFailures } = (invocation.result ?? {}) as { batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return new Set();
  if (!Array.isArray(batchItemFailures)) return all;
  const named = batchItemFailures.map((item: unknown) => (item as { itemIdentifier?: string } | null)?.itemIdentifier);
  return named.every((id) => all.has(id)) ? new Set(named) : all;
}

function recordOf(message: Message, queueArn: string): SQSRecord {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MD5OfBody = '' } = message;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: 'eu-west-1',
  };
}

/** What was taken ahead is for the next poller, now and not at the end of its visibility timeout. */
async function giveBack(buffer: FairBuffer<Received>, { sqs, queueUrl }: QueuePollerOptions): Promise<void> {
  for (const { message } of buffer.take(Infinity)) {
    const command = { QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: 0 };
    await sqs.send(new ChangeMessageVisibilityCommand(command));
  }
}
