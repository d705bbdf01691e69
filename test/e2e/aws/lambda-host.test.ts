import { readFileSync, writeFileSync } from 'node:fs';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsAccount, openAwsAccount } from '../servers/aws/account.ts';
import { openFairBuffer } from '../servers/aws/fair-buffer.ts';
import { emulatorsAvailable } from '../servers/aws/install.ts';
import { type LambdaFunction, openLambdaFunction } from '../servers/aws/lambda-function.ts';
import { type QueuePoller, startQueuePoller } from '../servers/aws/queue-poller.ts';
import { createScratchFolder } from '../servers/scratch-folder.ts';
import { waitFor } from '../servers/wait-for.ts';

// The stand-ins for AWS are held to what AWS says of itself, since the other tests stand on them.

const HANDLER = `
let calls = 0;
exports.handler = async (event, context) => {
  calls += 1;
  const act = async ({ messageId, body }) => {
    const { act, ms = 0 } = JSON.parse(body);
    console.log(JSON.stringify({ act, calls, pid: process.pid, at: Date.now(), left: context.getRemainingTimeInMillis() }));
    if (act === 'exit') process.exit(3);
    if (act === 'throw') throw new RangeError('on purpose');
    await new Promise((resolve) => setTimeout(resolve, ms));
    return act === 'fail' ? [{ itemIdentifier: messageId }] : [];
  };
  const failures = await Promise.all(event.Records.map(act));
  return { batchItemFailures: failures.flat() };
};
`;

const RULE = {
  pattern: { source: [{ prefix: 'assay.cluster.' }], 'detail-type': ['Asked'] },
  inputPaths: { act: '$.detail.act' },
  inputTemplate: '{"act": <act>, "ms": 5}',
  messageGroupId: 'events',
};

describe.skipIf(!(await emulatorsAvailable()))('the stand-ins for AWS', () => {
  let account: AwsAccount;
  let lambda: LambdaFunction;
  let poller: QueuePoller;

  beforeAll(async () => {
    account = await openAwsAccount({ visibilityTimeoutSeconds: 2, maxReceiveCount: 2 }, RULE);
    const root = createScratchFolder('handler');
    writeFileSync(join(root, 'stand-in.js'), HANDLER);
    const spec = { name: 'stand-in', root, handler: 'stand-in.handler', timeoutMs: 1500, memoryMb: 128 };
    lambda = openLambdaFunction({ ...spec, environment: account.env }, 2);
    poller = startQueuePoller({
      sqs: account.sqs,
      queueUrl: account.queueUrl,
      queueArn: account.queueArn,
      target: lambda,
      batchSize: 10,
      maximumConcurrency: 2,
    });
  });
  afterAll(async () => {
    await poller?.stop();
    await lambda?.stop();
    await account?.stop();
  });

  const send = (act: string, ms = 0, delaySeconds = 0) => account.send(JSON.stringify({ act, ms }), { delaySeconds });
  const seen = (act: string) => lambda.log().filter((line) => line['act'] === act);
  const seenTimes = (act: string, times: number) =>
    waitFor(`${times} of ${act}`, () => seen(act).length >= times && seen(act));
  const isEmpty = async (): Promise<boolean> => {
    const { visible, delayed, inFlight } = await account.queueState();
    return visible + delayed + inFlight === 0;
  };

  it('hands a message to the function and deletes it', async () => {
    await send('greet');
    const [line] = await seenTimes('greet', 1);
    expect(line?.['left']).toBeGreaterThan(1000);
    await waitFor('the queue to be empty', isEmpty);
    expect(lambda.usage()).toMatchObject({ invocations: 1, starts: 1, errors: 0 });
  });

  it('keeps a message for as long as its delay says', async () => {
    const sentMs = Date.now();
    await send('delayed', 0, 2);
    const [line] = await seenTimes('delayed', 1);
    expect(Number(line?.['at']) - sentMs).toBeGreaterThanOrEqual(1990);
  });

  it('handles one event at a time in a process, and starts no more of them than it may', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => lambda.invoke({ Records: [record(`busy-${name}`, 300)] })));
    const pids = ['a', 'b', 'c'].flatMap((name) => seen(`busy-${name}`).map(({ pid }) => pid));
    expect(new Set(pids).size).toBe(2);
  });

  it('freezes a process between events', async () => {
    await lambda.invoke({ Records: [record('before', 0)] });
    const [before] = await seenTimes('before', 1);
    const state = () => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${String(before?.['pid'])}/status`, 'utf8'))?.[1];
    await expect.poll(state).toBe('T');
  });

  it('brings back what failed, and nothing else, and gives it up after so many times', async () => {
    await Promise.all([send('fail'), send('fine')]);
    await seenTimes('fail', 2);
    await waitFor('the dead-letter queue', async () => (await account.queueState(account.deadLetterUrl)).visible === 1);
    expect(seen('fine')).toHaveLength(1);
    expect(seen('fail')).toHaveLength(2);
    expect(await account.redrive()).toBe(1);
    await seenTimes('fail', 3);
  });

  it('kills what takes too long, and starts anew after that and after a crash', async () => {
    expect(await lambda.invoke({ Records: [record('slow', 5000)] })).toMatchObject({
      went: 'wrong',
      reason: 'timeout',
    });
    expect(await lambda.invoke({ Records: [record('exit', 0)] })).toMatchObject({ went: 'wrong', reason: 'crash' });
    const thrown = await lambda.invoke({ Records: [record('throw', 0)] });
    expect(thrown).toMatchObject({ went: 'wrong', reason: 'error', message: expect.stringContaining('RangeError') });
    expect(await lambda.invoke({ Records: [record('after', 0)] })).toMatchObject({ went: 'well' });
    expect(lambda.usage()).toMatchObject({ timeouts: 1, crashes: 1, errors: 1 });
  });

  it('routes what the rule wants from the bus to the queue, transformed, and nothing else', async () => {
    const entry = (Source: string, DetailType: string, act: string) => ({
      EventBusName: account.busArn,
      Source,
      DetailType,
      Detail: JSON.stringify({ act, more: 'of it' }),
    });
    const Entries = [
      entry('assay.cluster.one', 'Told', 'other-type'),
      entry('assay', 'Asked', 'other-source'),
      entry('assay.cluster.one', 'Asked', 'routed'),
    ];
    await account.events.send(new PutEventsCommand({ Entries }));
    await seenTimes('routed', 1);
    expect([...seen('other-type'), ...seen('other-source')]).toEqual([]);
    expect(await account.takeOutcomes()).toMatchObject([{ source: 'assay', 'detail-type': 'Asked' }]);
  });
});

describe('messages that were taken ahead', () => {
  it('go out in turns, the oldest of a group first, however long the backlog of one is', () => {
    const buffer = openFairBuffer<ReturnType<typeof item>>();
    for (let id = 0; id < 60; id += 1) buffer.add(item('flood', id));
    buffer.add(item('quiet', 0));
    expect(buffer.take(4).map(({ group, id }) => `${group} ${id}`)).toEqual([
      'flood 0',
      'quiet 0',
      'flood 1',
      'flood 2',
    ]);
    expect(buffer.size()).toBe(57);
  });

  it('go out before those of a group that has more out', () => {
    const buffer = openFairBuffer<ReturnType<typeof item>>();
    for (let id = 0; id < 3; id += 1) buffer.add(item('flood', id));
    const out = buffer.take(2);
    buffer.add(item('quiet', 0));
    expect(buffer.take(1)).toEqual([item('quiet', 0)]);
    for (const done of out) buffer.done(done);
    buffer.add(item('quiet', 1));
    expect(buffer.take(2)).toEqual([item('flood', 2), item('quiet', 1)]);
  });
});

function record(act: string, ms: number): object {
  return { messageId: act, body: JSON.stringify({ act, ms }) };
}

function item(group: string, id: number): { readonly group: string; readonly id: number } {
  return { group, id };
}
