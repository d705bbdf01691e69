import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ObjectRef } from '../../lib/model/ref.ts';
import { memoryQueue, type MemoryQueueOptions } from '../../lib/queues/memory.ts';
import { virtualClock } from '../virtual-clock.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

const now = () => new Date();
const passed = async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const at = (ms: number) => new Date(ms);
const aRef = (name: string, cluster = 'c1', namespace = 'n'): ObjectRef => ({
  cluster,
  kind: 'AnalysisRun',
  namespace,
  name,
  uid: name,
});

/** A queue whose work takes `tookMs` and is written down as `name@start`. */
function aQueue(tookMs: number, options: Partial<MemoryQueueOptions> = {}) {
  const worked: string[] = [];
  const queue = memoryQueue({
    now,
    work: async ({ name }) => {
      worked.push(`${name}@${Date.now()}`);
      await new Promise((resolve) => setTimeout(resolve, tookMs));
    },
    ...options,
  });
  return { queue, worked };
}

test('a message is worked on at its time, a past one at once', async () => {
  const { queue, worked } = aQueue(0);
  await queue.send(aRef('b'), at(500));
  await queue.send(aRef('a'), at(-5));
  await queue.send(aRef('c'), at(200));
  await vi.advanceTimersByTimeAsync(1000);
  expect(worked).toEqual(['a@0', 'c@200', 'b@500']);
});

test.each([3_600_000, -3_600_000])('a clock that is set by %i ms meanwhile alters no wait', async (byMs) => {
  const { queue, worked } = aQueue(0);
  await queue.send(aRef('a'), at(500));
  vi.setSystemTime(byMs);
  await queue.send(aRef('b'), at(byMs + 300));
  await vi.advanceTimersByTimeAsync(1000);
  expect(worked).toEqual([`b@${byMs + 300}`, `a@${byMs + 500}`]);
});

test('what is due within one slot is worked on together, at its start; what is due now at once', async () => {
  const { queue, worked } = aQueue(0, { slotMs: 100 });
  await vi.advanceTimersByTimeAsync(30);
  await queue.send(aRef('now'), at(30));
  await queue.send(aRef('a'), at(200));
  await queue.send(aRef('b'), at(201));
  await queue.send(aRef('c'), at(299));
  await queue.send(aRef('d'), at(300));
  await vi.advanceTimersByTimeAsync(1000);
  expect(worked).toEqual(['now@30', 'a@200', 'b@200', 'c@200', 'd@300']);
});

test('what is due in the slot that has begun waits for its very time', async () => {
  const { queue, worked } = aQueue(0, { slotMs: 100 });
  await vi.advanceTimersByTimeAsync(230);
  await queue.send(aRef('a'), at(260));
  await vi.advanceTimersByTimeAsync(1000);
  expect(worked).toEqual(['a@260']);
});

test('one message an object: the earliest time wins', async () => {
  const { queue, worked } = aQueue(0);
  await queue.send(aRef('a'), at(500));
  await queue.send(aRef('a'), at(300));
  await queue.send(aRef('a'), at(900));
  await vi.advanceTimersByTimeAsync(2000);
  expect(worked).toEqual(['a@300']);
});

test('an object is never worked on twice at once, and a message sent meanwhile is not lost', async () => {
  const { queue, worked } = aQueue(100);
  await queue.send(aRef('a'), at(0));
  await vi.advanceTimersByTimeAsync(10);
  await queue.send(aRef('a'), at(20));
  await vi.advanceTimersByTimeAsync(1000);
  expect(worked).toEqual(['a@0', 'a@100']);
});

test('a cluster whose places are taken does not delay another', async () => {
  const { queue, worked } = aQueue(100, { concurrencyPerCluster: 1 });
  for (const name of ['a', 'b', 'c']) await queue.send(aRef(name, 'slow'), at(0));
  await queue.send(aRef('x', 'other'), at(0));
  await vi.advanceTimersByTimeAsync(1000);
  expect(worked).toEqual(['a@0', 'x@0', 'b@100', 'c@200']);
});

test('steps of one namespace that hang do not delay those of another', async () => {
  const worked: string[] = [];
  const queue = memoryQueue({
    now,
    work: async ({ name, namespace }) => {
      worked.push(`${name}@${Date.now()}`);
      if (namespace === 'bad') await new Promise((resolve) => setTimeout(resolve, 60_000));
    },
  });
  for (let nth = 0; nth < 300; nth += 1) await queue.send(aRef(`hangs-${nth}`, 'c1', 'bad'), at(0));
  for (let nth = 0; nth < 100; nth += 1) await queue.send(aRef(`ok-${nth}`), at(1000 + nth));
  await vi.advanceTimersByTimeAsync(2000);
  const good = worked.filter((entry) => entry.startsWith('ok-'));
  expect(good).toEqual(Array.from({ length: 100 }, (_, nth) => `ok-${nth}@${1000 + nth}`));
  expect(worked.length - good.length).toBe(64);
});

test('a step that waits aside leaves its place to others, and comes back though there is none', async () => {
  const begun: string[] = [];
  const queue = memoryQueue({
    now,
    concurrencyPerCluster: 1,
    async work({ name }, { aside }) {
      begun.push(`${name}@${Date.now()}`);
      // Two waits at once are one.
      if (name.startsWith('aside')) await Promise.all([aside(() => passed(300)), aside(() => passed(500))]);
      await passed(400);
    },
  });
  for (const name of ['aside-1', 'aside-2', 'b', 'c']) await queue.send(aRef(name), at(0));
  await vi.advanceTimersByTimeAsync(5000);
  expect(begun).toEqual(['aside-1@0', 'aside-2@0', 'b@0', 'c@400']);
  expect(queue.counts()).toEqual({ waiting: 0, running: 0 });
  for (const name of ['d', 'e']) await queue.send(aRef(name), at(5000));
  await vi.advanceTimersByTimeAsync(5000);
  expect(begun.slice(-2)).toEqual(['d@5000', 'e@5400']);
});

test('a step that fails while it waits aside gives back no more than its place', async () => {
  const begun: string[] = [];
  const queue = memoryQueue({
    now,
    concurrencyPerCluster: 1,
    random: () => 1,
    async work({ name }, { aside }) {
      begun.push(`${name}@${Date.now()}`);
      if (name === 'bad' && begun.length === 1) {
        void aside(() => passed(50));
        throw new Error('bad');
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
  });
  await queue.send(aRef('bad'), at(0));
  await vi.advanceTimersByTimeAsync(300);
  for (const name of ['a', 'b']) await queue.send(aRef(name), at(300));
  await vi.advanceTimersByTimeAsync(5000);
  expect(begun).toEqual(['bad@0', 'a@300', 'b@400', 'bad@500']);
});

test('work that throws comes back later and later, and onFailure hears of it', async () => {
  const delays: number[] = [];
  const work = vi.fn<() => Promise<void>>().mockRejectedValue(new Error('down'));
  const queue = memoryQueue({ now, work, random: () => 1, onFailure: (_ref, _error, delayMs) => delays.push(delayMs) });
  await queue.send(aRef('a'), at(0));
  await vi.advanceTimersByTimeAsync(100_000);
  expect(delays.slice(0, 8)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test('a wait longer than a timer can hold is waited for in full', async () => {
  const { queue, worked } = aQueue(0);
  const days30 = 30 * 24 * 3_600_000;
  await queue.send(aRef('a'), at(days30));
  await vi.advanceTimersByTimeAsync(days30 - 1);
  expect(worked).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(worked).toEqual([`a@${days30}`]);
});

test('stop forgets what waits and waits for what is under way', async () => {
  const { queue, worked } = aQueue(100);
  await queue.send(aRef('a'), at(0));
  await queue.send(aRef('b'), at(50));
  await vi.advanceTimersByTimeAsync(10);
  let stopped = false;
  const stopping = queue.stop().then(() => (stopped = true));
  await vi.advanceTimersByTimeAsync(50);
  expect(stopped).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  await stopping;
  await queue.send(aRef('c'), at(0));
  await vi.advanceTimersByTimeAsync(1000);
  expect(worked).toEqual(['a@0']);
});

test('idle resolves once nothing waits and nothing is under way', async () => {
  const { queue } = aQueue(100);
  await queue.idle();
  await queue.send(aRef('a'), at(50));
  expect(queue.counts()).toEqual({ waiting: 1, running: 0 });
  let idle = false;
  const idling = queue.idle().then(() => (idle = true));
  await vi.advanceTimersByTimeAsync(60);
  expect(queue.counts()).toEqual({ waiting: 0, running: 1 });
  expect(idle).toBe(false);
  await vi.advanceTimersByTimeAsync(100);
  await idling;
  expect(queue.counts()).toEqual({ waiting: 0, running: 0 });
});

test('a time that is none is refused, and the others go on', async () => {
  const { queue, worked } = aQueue(0);
  await expect(queue.send(aRef('none'), new Date(NaN))).rejects.toMatchObject({ retry: false });
  await queue.send(aRef('a'), at(5000));
  await vi.advanceTimersByTimeAsync(5000);
  expect(worked).toEqual(['a@5000']);
});

test.each([3_600_000, -3_600_000])(
  'a clock that is set by %d ms hastens and delays nothing that waits',
  async (byMs) => {
    let setMs = 0;
    const worked: string[] = [];
    const queue = memoryQueue({
      now: () => new Date(Date.now() + setMs),
      work: async ({ name }) => void worked.push(`${name}@${Date.now()}`),
    });
    await queue.send(aRef('before'), at(5000));
    setMs = byMs;
    await queue.send(aRef('after'), at(7000 + byMs));
    await vi.advanceTimersByTimeAsync(4999);
    expect(worked).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(worked).toEqual(['before@5000', 'after@7000']);
  },
);

test('timers of its own play a day in no time', async () => {
  vi.useRealTimers();
  const clock = virtualClock(0);
  const worked: number[] = [];
  const queue = memoryQueue({
    ...clock,
    async work(ref) {
      worked.push(clock.timers.nowMs());
      if (worked.length < 288) await queue.send(ref, at(clock.now().getTime() + 300_000));
    },
  });
  await queue.send(aRef('a'), at(0));
  await clock.run(24 * 3_600_000);
  expect(worked).toHaveLength(288);
  expect(worked.at(-1)).toBe(287 * 300_000);
});
