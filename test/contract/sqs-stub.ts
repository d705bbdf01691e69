import { createHash } from 'node:crypto';
import { openStubServer, type StubAnswer } from '../clusters/api/stub-server.ts';

export interface SqsEntry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId?: string;
  readonly DelaySeconds?: number;
}

/** Stands in for SQS, behind the real client of the SDK. */
export interface SqsStub {
  readonly queueUrl: string;
  /** The messages that were taken, call by call. */
  readonly calls: readonly (readonly SqsEntry[])[];
  close(): Promise<void>;
}

/**
 * @param answer  what to say to the n-th call (from 1) with these entries: another answer, or the Ids that are not
 *                taken, each with whether that is the sender's fault; undefined: takes them all
 */
export async function openSqsStub(
  answer: (entries: readonly SqsEntry[], call: number) => StubAnswer | Record<string, boolean> | undefined = () =>
    undefined,
): Promise<SqsStub> {
  const calls: (readonly SqsEntry[])[] = [];
  let asked = 0;
  const server = await openStubServer(({ headers, body }) => {
    if (headers['x-amz-target'] !== 'AmazonSQS.SendMessageBatch') return { status: 400 };
    const { Entries } = JSON.parse(body) as { Entries: readonly SqsEntry[] };
    asked += 1;
    const other = answer(Entries, asked) ?? {};
    if (typeof other === 'function' || 'status' in other) return other;
    const refused = other as Record<string, boolean>;
    const taken = Entries.filter(({ Id }) => !(Id in refused));
    calls.push(taken);
    return tookSome(taken, refused);
  });
  return { queueUrl: `${server.url}/111122223333/assay`, calls, close: () => server.close() };
}

/** The answer of SQS to messages that it takes, and to those that it does not. */
export function tookSome(taken: readonly SqsEntry[], refused: Readonly<Record<string, boolean>> = {}): StubAnswer {
  return {
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: {
      Successful: taken.map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: md5(MessageBody) })),
      Failed: Object.entries(refused).map(([Id, SenderFault]) => ({ Id, SenderFault, Code: 'InternalError' })),
    },
  };
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
