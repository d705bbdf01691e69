import { expect, test } from 'vitest';
import { REQUEST_LIMITS } from '../../lib/model/aws-failure.ts';
import { parseMessage } from '../../lib/model/message.ts';
import { sqsQueue, type SqsQueueOptions } from '../../lib/queues/sqs.ts';
import { aRef, describeQueue } from '../contract/queue.ts';
import { openSqsStub, type SqsStub } from '../contract/sqs-stub.ts';

const START = Date.parse('2026-11-05T10:00:00.250Z');

const open = ({ queueUrl }: SqsStub, options: Partial<SqsQueueOptions> = {}) =>
  sqsQueue({
    queueUrl,
    maxDelaySeconds: 900,
    now: () => new Date(START),
    client: {
      region: 'eu-west-1',
      endpoint: new URL(queueUrl).origin,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    },
    sleep: async () => {},
    ...options,
  });

describeQueue('sqs', async () => {
  const stub = await openSqsStub();
  return {
    queue: open(stub),
    startMs: START,
    delivered: async () =>
      stub.calls.flat().map(({ MessageBody, DelaySeconds = 0 }) => ({
        ref: parseMessage(MessageBody)?.ref ?? aRef('unreadable'),
        afterMs: DelaySeconds * 1000,
      })),
    close: () => stub.close(),
  };
});

async function withStub(
  answer: Parameters<typeof openSqsStub>[0],
  what: (stub: SqsStub) => Promise<void>,
): Promise<void> {
  const stub = await openSqsStub(answer);
  try {
    await what(stub);
  } finally {
    await stub.close();
  }
}

test('ten messages go in a call; each says for whom it is, in the group of its cluster', () =>
  withStub(undefined, async (stub) => {
    const queue = open(stub);
    await Promise.all(Array.from({ length: 23 }, (_, index) => queue.send(aRef(`run-${index}`), new Date(START), '7')));
    expect(stub.calls.map(({ length }) => length).toSorted((a, b) => b - a)).toEqual([10, 10, 3]);
    const [first] = stub.calls.flat();
    expect(first).toMatchObject({ MessageGroupId: 'c1', DelaySeconds: 0 });
    expect(JSON.parse(first?.MessageBody ?? '')).toEqual({ ...aRef('run-0'), version: '7' });
  }));

test('who works alone does not wait for others; nor do those who all wait', () =>
  withStub(undefined, async (stub) => {
    const queue = open(stub, { lingerMs: 60_000 });
    const send = (name: string) => queue.send(aRef(name), new Date(START));
    await queue.during(() => send('alone'));
    await queue.during(() => Promise.all(Array.from({ length: 23 }, (_, index) => send(`run-${index}`))));
    const idle = Promise.withResolvers<void>();
    const both = [
      queue.during(() => send('first')),
      queue.during(() => idle.promise),
      queue.during(() => send('last')),
    ];
    idle.resolve();
    await Promise.all(both);
    expect(stub.calls.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 10, 10]);
  }));

test('a longer wait than the queue can hold is as long as it can', () =>
  withStub(undefined, async (stub) => {
    await open(stub, { maxDelaySeconds: 3 }).send(aRef('run'), new Date(START + 3_600_000));
    expect(stub.calls.flat()).toMatchObject([{ DelaySeconds: 3 }]);
  }));

test('a message that was not taken goes again, alone', () =>
  withStub(
    (_entries, call) => (call === 1 ? { 1: false } : undefined),
    async (stub) => {
      const queue = open(stub);
      await Promise.all(['a', 'b', 'c'].map((name) => queue.send(aRef(name), new Date(START))));
      const names = stub.calls.map((call) => call.map(({ MessageBody }) => parseMessage(MessageBody)?.ref.name));
      expect(names).toEqual([['a', 'c'], ['b']]);
    },
  ));

test('one that is not taken three times fails for its sender, and for no other', () =>
  withStub(
    (entries) => Object.fromEntries(entries.filter(isB).map(({ Id }) => [Id, false])),
    async (stub) => {
      const queue = open(stub);
      const sends = ['a', 'b', 'c'].map((name) => queue.send(aRef(name), new Date(START)));
      const [a, b, c] = await Promise.allSettled(sends);
      expect([a?.status, b?.status, c?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      await expect(sends[1]).rejects.toMatchObject({
        code: 'ASSAY_QUEUE_UNREACHABLE',
        retry: true,
        message: 'SQS: 1 of 1 messages were not taken: InternalError',
      });
      expect(stub.calls).toHaveLength(3);
    },
  ));
const isB = ({ MessageBody }: { MessageBody: string }) => MessageBody.includes('"b"');

test('one that is wrong is not tried again', () =>
  withStub(
    (entries) => Object.fromEntries(entries.map(({ Id }) => [Id, true])),
    async (stub) => {
      const sending = open(stub).send(aRef('a'), new Date(START));
      await expect(sending).rejects.toMatchObject({ code: 'ASSAY_QUEUE_REFUSED', retry: false });
      expect(stub.calls).toHaveLength(1);
    },
  ));

test.each([
  { status: 500, code: 'ASSAY_QUEUE_UNREACHABLE', retry: true },
  { status: 429, code: 'ASSAY_QUEUE_UNREACHABLE', retry: true },
  { status: 403, code: 'ASSAY_QUEUE_REFUSED', retry: false },
])('an answer of $status is $code, for all in the call', ({ status, code, retry }) =>
  withStub(
    () => ({ status, body: {} }),
    async (stub) => {
      const queue = open(stub);
      const sends = ['a', 'b'].map((name) => queue.send(aRef(name), new Date(START)));
      for (const sending of sends) await expect(sending).rejects.toMatchObject({ code, retry });
    },
  ),
);

test('a queue that cannot be reached is tried again', async () => {
  const stub = await openSqsStub();
  await stub.close();
  const sending = open(stub).send(aRef('a'), new Date(START));
  await expect(sending).rejects.toMatchObject({ code: 'ASSAY_QUEUE_UNREACHABLE', retry: true });
});

test('a queue that does not answer is not waited for for ever', () =>
  withStub(
    () => () => {},
    async (stub) => {
      const client = {
        region: 'eu-west-1',
        endpoint: new URL(stub.queueUrl).origin,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        maxAttempts: 1,
        requestHandler: { ...REQUEST_LIMITS, requestTimeout: 50 },
      };
      const sending = open(stub, { client }).send(aRef('a'), new Date(START));
      await expect(sending).rejects.toMatchObject({ code: 'ASSAY_QUEUE_UNREACHABLE', retry: true });
    },
  ));
