import { expect, test } from 'vitest';
import { eventBridgeBus } from '../../lib/sinks/eventbridge.ts';
import { anEvent, describeBus } from '../contract/bus.ts';
import { type EventBridgeStub, openEventBridgeStub, type PutEntry } from '../contract/event-bridge-stub.ts';

const busArn = 'arn:aws:events:eu-west-1:111122223333:event-bus/assay';
const open = async ({ url }: EventBridgeStub) =>
  eventBridgeBus({
    busArn,
    client: { endpoint: url, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 },
    sleep: async () => {},
  });
const eventOf = ({ Source, DetailType, Detail }: PutEntry) => ({
  source: Source,
  detailType: DetailType,
  detail: JSON.parse(Detail) as Record<string, unknown>,
});

describeBus('eventbridge', async () => {
  let status: number | undefined;
  const stub = await openEventBridgeStub(() => (status === undefined ? undefined : { status, body: {} }));
  return {
    bus: await open(stub),
    taken: () => stub.calls.flat().map(eventOf),
    answerWith: (other) => void (status = other),
    close: () => stub.close(),
  };
});

test('ten entries go in a call, to the bus of the ARN', async () => {
  const stub = await openEventBridgeStub();
  await (await open(stub)).publish(Array.from({ length: 23 }, (_, index) => anEvent(`run-${index}`)));
  expect(stub.calls.map(({ length }) => length).toSorted((a, b) => b - a)).toEqual([10, 10, 3]);
  expect(new Set(stub.calls.flat().map(({ EventBusName }) => EventBusName))).toEqual(new Set([busArn]));
  await stub.close();
});

const refusing = (name: string) => (entries: readonly PutEntry[]) => ({
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: {
    FailedEntryCount: 1,
    Entries: entries.map(({ Detail }) =>
      Detail.includes(`"${name}"`) ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' } : { EventId: '1' },
    ),
  },
});

test('an entry that fails goes again, alone', async () => {
  const seen: number[] = [];
  const stub = await openEventBridgeStub((entries, call) => {
    seen.push(entries.length);
    return call === 1 ? refusing('b')(entries) : undefined;
  });
  await (await open(stub)).publish(['a', 'b', 'c'].map(anEvent));
  expect(seen).toEqual([3, 1]);
  expect(stub.calls.flat().map(eventOf)).toEqual([anEvent('b')]);
  await stub.close();
});

test('between calls others get their turn; one that fails early keeps no other from going, and is told of at the end', async () => {
  const stub = await openEventBridgeStub((entries) =>
    entries.some(({ Detail }) => Detail.includes('"run-0"')) ? { status: 400, body: {} } : undefined,
  );
  const bus = await open(stub);
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 0);
  const publishing = bus.publish(Array.from({ length: 60 }, (_, index) => anEvent(`run-${index}`)));
  await expect(publishing).rejects.toMatchObject({ code: 'ASSAY_BUS_REFUSED' });
  clearInterval(counting);
  expect(turns).toBeGreaterThan(1);
  expect(stub.calls.flat()).toHaveLength(50);
  await stub.close();
});

test('an entry that fails three times is an error that may be tried again', async () => {
  const stub = await openEventBridgeStub(refusing('b'));
  await expect((await open(stub)).publish(['a', 'b'].map(anEvent))).rejects.toMatchObject({
    code: 'ASSAY_BUS_UNREACHABLE',
    retry: true,
    message: '1 of 1 events were not taken: ThrottlingException: slow down',
  });
  await stub.close();
});

test('what is no ARN of a bus is said at once', async () => {
  await expect(eventBridgeBus({ busArn: 'assay' })).rejects.toMatchObject({ code: 'ASSAY_SETTING_INVALID' });
});
