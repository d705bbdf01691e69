import type {
  EventBridgeClientConfig,
  PutEventsCommandOutput,
  PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { awsFailure, type FailureCodes, REQUEST_LIMITS } from '../model/aws-failure.ts';
import type { Bus, BusEvent } from '../model/bus.ts';
import { AssayError } from '../model/errors.ts';

export interface EventBridgeOptions {
  /** `arn:aws:events:eu-west-1:111122223333:event-bus/assay`; it tells the region too. */
  readonly busArn: string;
  /** Beside what the environment gives: credentials are found as every SDK finds them, IRSA and Pod Identity included. */
  readonly client?: EventBridgeClientConfig;
  /** Waits so many milliseconds, between two tries of entries that failed. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** In [0, 1). */
  readonly random?: () => number;
}

const CODES: FailureCodes = { refused: 'ASSAY_BUS_REFUSED', unreachable: 'ASSAY_BUS_UNREACHABLE' };
/** What PutEvents takes in one call. */
const ENTRIES_A_CALL = 10;
/** To build and sign a call takes a millisecond: admissions get their turn before more of them. */
const CALLS_A_TURN = 2;
/** Of entries that failed in a call that succeeded; calls that fail are tried again by the SDK. */
const TRIES = 3;
const FIRST_RETRY_MS = 100;

/**
 * An EventBridge bus. Calls of one `publish` go out side by side.
 * @throws AssayError ASSAY_SETTING_INVALID for what is no ARN of a bus
 */
export async function eventBridgeBus(options: EventBridgeOptions): Promise<Bus> {
  const { busArn, sleep = wait, random = Math.random } = options;
  const region = regionOf(busArn);
  // Loaded here: it takes 8 MB, and only this bus needs it.
  const { EventBridgeClient, PutEventsCommand } = await import('./eventbridge-sdk.ts');
  const client = new EventBridgeClient({
    region,
    requestHandler: REQUEST_LIMITS,
    ...options.client,
  });
  // Nobody listens to it, and it would make a copy of all that is sent.
  client.middlewareStack.remove('loggerMiddleware');

  const put = async (entries: readonly PutEventsRequestEntry[], tries = 1): Promise<void> => {
    const answer = await client.send(new PutEventsCommand({ Entries: [...entries] })).catch((error: unknown): never => {
      throw awsFailure('EventBridge', error, CODES);
    });
    const failed = entries.filter((_, index) => answer.Entries?.[index]?.ErrorCode !== undefined);
    if (failed.length === 0) return;
    if (tries >= TRIES)
      throw unreachable(`${failed.length} of ${entries.length} events were not taken: ${why(answer)}`);
    await sleep(FIRST_RETRY_MS * 2 ** (tries - 1) * (0.5 + random() / 2));
    await put(failed, tries + 1);
  };

  return {
    async publish(events) {
      const entries = events.map((event) => entryOf(event, busArn));
      const outcomes: Promise<PromiseSettledResult<void>[]>[] = [];
      for (const chunks of inChunks(inChunks(entries, ENTRIES_A_CALL), CALLS_A_TURN)) {
        if (outcomes.length > 0) await nextTurn();
        outcomes.push(Promise.allSettled(chunks.map((chunk) => put(chunk))));
      }
      for (const outcome of (await Promise.all(outcomes)).flat()) {
        if (outcome.status === 'rejected') throw outcome.reason;
      }
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function regionOf(busArn: string): string {
  const region = /^arn:aws[\w-]*:events:([\w-]+):\d{12}:event-bus\/[\w./-]+$/.exec(busArn)?.[1];
  if (region !== undefined) return region;
  throw new AssayError('ASSAY_SETTING_INVALID', `${JSON.stringify(busArn)} is no ARN of an event bus`);
}

function entryOf({ source, detailType, detail }: BusEvent, busArn: string): PutEventsRequestEntry {
  return { EventBusName: busArn, Source: source, DetailType: detailType, Detail: JSON.stringify(detail) };
}

function inChunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

function why({ Entries = [] }: PutEventsCommandOutput): string {
  const failed = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
  return [failed?.ErrorCode, failed?.ErrorMessage].filter(Boolean).join(': ');
}

function unreachable(message: string): AssayError {
  return new AssayError(CODES.unreachable, message, { retry: true });
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
