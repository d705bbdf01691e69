import { createHash } from 'node:crypto';
import { tokenBucket } from '../../lib/model/token-bucket.ts';
import { type FleetClock, latencyMs, type Random } from './clock.ts';
import { MODEL } from './model.ts';

/** The part of a processor that an environment of a function has. */
export interface Processor {
  /** Waits for so many milliseconds of a whole processor. */
  take(ms: number): Promise<void>;
}

export interface QueuedEntry {
  readonly body: string;
  readonly group: string;
  readonly delaySeconds: number;
}

/** AWS, as far as functions speak to it, behind real clients of its SDK. */
export interface FleetAws {
  readonly documents: Map<string, string>;
  /** Requests by name: `GetParameters`, `SendMessageBatch`, … */
  readonly counts: Map<string, number>;
  readonly throttled: () => number;
  /** For clients of the SDK in an environment of a function. */
  clientOf(processor: Processor): ReturnType<typeof clientWith>;
}

export const REGISTRY_PATH = '/assay/fleet/clusters';
const PAGE = 10;
const BUCKET_SECONDS = 1;

type Input = Readonly<Record<string, unknown>>;
type Answer = { readonly status: number; readonly body: object };

/** @param onSent  told of each message that the queue has taken */
export function fleetAws(clock: FleetClock, random: Random, onSent: (entry: QueuedEntry) => void): FleetAws {
  const documents = new Map<string, string>();
  const counts = new Map<string, number>();
  let throttled = 0;
  const rate = MODEL.parametersASecond;
  const parameters = tokenBucket(rate, rate * BUCKET_SECONDS, clock.nowMs);

  const shown = (name: string) => ({ Name: `${REGISTRY_PATH}/${name}`, Value: documents.get(name) });
  const limited = (answer: () => object): Answer => {
    if (parameters.waitMs() > 0) {
      throttled += 1;
      return { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } };
    }
    parameters.take();
    return { status: 200, body: answer() };
  };
  const actions: Readonly<Record<string, (input: Input) => Answer>> = {
    GetParametersByPath: ({ NextToken }) =>
      limited(() => {
        const all = [...documents.keys()];
        const end = Number(NextToken ?? 0) + PAGE;
        const more = end < all.length ? { NextToken: String(end) } : {};
        return { Parameters: all.slice(end - PAGE, end).map(shown), ...more };
      }),
    GetParameters: ({ Names }) =>
      limited(() => {
        const names = (Names as readonly string[]).map((name) => name.slice(REGISTRY_PATH.length + 1));
        return { Parameters: names.filter((name) => documents.has(name)).map(shown) };
      }),
    GetSecretValue: () => ({ status: 200, body: { SecretString: 'token' } }),
    PutEvents: ({ Entries }) => ({ status: 200, body: { Entries: (Entries as object[]).map(() => ({})) } }),
    SendMessageBatch({ Entries }) {
      const entries = Entries as {
        Id: string;
        MessageBody: string;
        MessageGroupId: string;
        DelaySeconds?: number;
      }[];
      for (const { MessageBody, MessageGroupId, DelaySeconds = 0 } of entries) {
        onSent({ body: MessageBody, group: MessageGroupId, delaySeconds: DelaySeconds });
      }
      return { status: 200, body: { Successful: entries.map(takenAs), Failed: [] } };
    },
  };

  const handle = async (action: string, input: Input, processor: Processor): Promise<Answer> => {
    count(counts, action);
    if (action === 'PutEvents') count(counts, 'events', (input['Entries'] as object[]).length);
    await processor.take(MODEL.cpu.awsRequest);
    await clock.sleep(latencyMs(MODEL.awsMs, random));
    return actions[action]?.(input) ?? { status: 404, body: {} };
  };

  return {
    documents,
    counts,
    throttled: () => throttled,
    clientOf: (processor) => clientWith((action, input) => handle(action, input, processor)),
  };
}

interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Settings of a client of the SDK whose requests go nowhere: they are answered here. */
export function clientWith(answer: (action: string, input: Input) => Promise<Answer>) {
  const handle = async ({ headers, body: asked }: SdkRequest) => {
    const action = String(headers['x-amz-target']).split('.')[1] ?? '';
    const { status, body } = await answer(action, JSON.parse(textOf(asked)) as Input);
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    return { response: { statusCode: status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: bytes } };
  };
  return {
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: { handle: handle as never },
  };
}

function textOf(body: unknown): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
}

/** What SQS says of a message that it has taken; clients compare the digest. */
export function takenAs({ Id, MessageBody }: { readonly Id: string; readonly MessageBody: string }): object {
  return { Id, MessageId: Id, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
}

export function count(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
