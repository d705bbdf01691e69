import { openStubServer, type StubAnswer } from '../clusters/api/stub-server.ts';

export interface PutEntry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

/** Stands in for EventBridge, behind the real client of the SDK. */
export interface EventBridgeStub {
  readonly url: string;
  /** The entries that were taken, call by call. */
  readonly calls: readonly (readonly PutEntry[])[];
  close(): Promise<void>;
}

/**
 * @param answer  what to say to the n-th call (from 1) with these entries instead of taking them; undefined: takes them
 */
export async function openEventBridgeStub(
  answer: (entries: readonly PutEntry[], call: number) => StubAnswer | undefined = () => undefined,
): Promise<EventBridgeStub> {
  const calls: (readonly PutEntry[])[] = [];
  let asked = 0;
  const server = await openStubServer(({ headers, body }) => {
    if (headers['x-amz-target'] !== 'AWSEvents.PutEvents') return { status: 400 };
    const { Entries } = JSON.parse(body) as { Entries: readonly PutEntry[] };
    asked += 1;
    const other = answer(Entries, asked);
    if (other) return other;
    calls.push(Entries);
    return tookAll(Entries);
  });
  return { url: server.url, calls, close: () => server.close() };
}

function tookAll(entries: readonly PutEntry[]): StubAnswer {
  return {
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: { FailedEntryCount: 0, Entries: entries.map((_, index) => ({ EventId: String(index) })) },
  };
}
