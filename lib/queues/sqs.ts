import type {
  SendMessageBatchCommandOutput,
  SendMessageBatchRequestEntry,
  SQSClient,
  SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { awsFailure, type FailureCodes, REQUEST_LIMITS } from '../model/aws-failure.ts';
import { AssayError } from '../model/errors.ts';
import { formatMessage, type Message } from '../model/message.ts';
import { askedMs, type DeliveringQueue } from '../model/queue.ts';

export interface SqsQueueOptions {
  /** `https://sqs.eu-west-1.amazonaws.com/111122223333/assay`; a standard queue. */
  readonly queueUrl: string;
  /** Longer waits hop: the step that comes too early finds nothing due, and sends on. At most SQS's own limit of 900. */
  readonly maxDelaySeconds: number;
  readonly now: () => Date;
  /** Beside what the environment gives. */
  readonly client?: SQSClientConfig;
  /** How long a message waits at most for others to go in the same call. Default 5. */
  readonly lingerMs?: number;
  /** Waits so many milliseconds, between two tries of messages that were not taken. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** In [0, 1). */
  readonly random?: () => number;
}

const CODES: FailureCodes = { refused: 'ASSAY_QUEUE_REFUSED', unreachable: 'ASSAY_QUEUE_UNREACHABLE' };
/** What SendMessageBatch takes in one call. */
const MESSAGES_A_CALL = 10;
/** Of messages that were not taken in a call that succeeded; calls that fail are tried again by the SDK. */
const TRIES = 3;
const FIRST_RETRY_MS = 100;

interface Waiting {
  readonly message: Message;
  readonly at: Date;
  readonly settle: PromiseWithResolvers<void>;
}

/**
 * An SQS standard queue. Messages that are sent within a few milliseconds go in one call; those of a cluster are one
 * group, so that SQS serves clusters in turn (fair queues).
 *
 * Delays are whole seconds, rounded up: a step begins up to a second late, and never early.
 */
export function sqsQueue(options: SqsQueueOptions): DeliveringQueue {
  const { queueUrl, maxDelaySeconds, now, lingerMs = 5, sleep = wait, random = Math.random } = options;
  let client: SQSClient | undefined;
  let gathering: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let workers = 0;

  const call = async (entries: SendMessageBatchRequestEntry[]): Promise<SendMessageBatchCommandOutput> => {
    // Loaded with the first message: whoever only reads settings does without it.
    const { SendMessageBatchCommand, SQSClient: Client } = await import('./sqs-sdk.ts');
    client ??= new Client({ requestHandler: REQUEST_LIMITS, ...options.client });
    return client
      .send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }))
      .catch((error: unknown) => {
        throw awsFailure('SQS', error, CODES);
      });
  };

  const deliver = async (batch: readonly Waiting[], tries = 1): Promise<void> => {
    const { Failed = [] } = await call(batch.map(({ message, at }, index) => entryOf(message, at, String(index))));
    const failed = new Map(Failed.map((each) => [each.Id, each]));
    batch.forEach(({ settle }, index) => void (failed.has(String(index)) || settle.resolve()));
    const left = batch.filter((_, index) => failed.has(String(index)));
    if (left.length === 0) return;
    const isRefused = Failed.every(({ SenderFault }) => SenderFault);
    if (isRefused || tries >= TRIES) throw notTaken(left.length, batch.length, Failed[0], isRefused);
    await sleep(FIRST_RETRY_MS * 2 ** (tries - 1) * (0.5 + random() / 2));
    await deliver(left, tries + 1);
  };

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const batch = gathering;
    if (batch.length === 0) return;
    gathering = [];
    // Those that were taken have been settled by then, which a rejection does not change.
    deliver(batch).catch((error: unknown) => batch.forEach(({ settle }) => settle.reject(error)));
  };

  const entryOf = ({ ref, ...hints }: Message, at: Date, Id: string): SendMessageBatchRequestEntry => ({
    Id,
    MessageBody: formatMessage({ ref, ...hints }),
    MessageGroupId: groupOf(ref.cluster),
    DelaySeconds: Math.min(Math.max(Math.ceil((at.getTime() - now().getTime()) / 1000), 0), maxDelaySeconds),
  });

  const put = async (message: Message, at: Date): Promise<void> => {
    askedMs(message.ref, at);
    const settle = Promise.withResolvers<void>();
    gathering.push({ message, at, settle });
    if (gathering.length >= MESSAGES_A_CALL) flush();
    // After this turn of the loop: who sends many at once is not cut short.
    else if (isNobodyLeft()) queueMicrotask(flush);
    else timer ??= setTimeout(flush, lingerMs);
    return settle.promise;
  };

  const isNobodyLeft = (): boolean => workers > 0 && gathering.length >= workers;

  return {
    put,
    async during(work) {
      workers += 1;
      try {
        return await work();
      } finally {
        workers -= 1;
        if (isNobodyLeft()) flush();
      }
    },
    send: (ref, at, version) => put({ ref, ...(version !== undefined && { version }) }, at),
  };
}

/** Letters, digits and punctuation, 128 at most. Who registers clusters gives them names that are all that. */
function groupOf(cluster: string): string {
  return cluster.replaceAll(/[^\w.-]/g, '_').slice(0, 128);
}

function notTaken(
  count: number,
  of: number,
  why: { readonly Code?: string | undefined; readonly Message?: string | undefined } = {},
  isRefused: boolean,
): AssayError {
  const reason = [why.Code, why.Message].filter(Boolean).join(': ');
  const message = `SQS: ${count} of ${of} messages were not taken: ${reason}`;
  return new AssayError(isRefused ? CODES.refused : CODES.unreachable, message, { retry: !isRefused });
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
