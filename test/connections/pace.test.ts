import { beforeEach, describe, expect, test } from 'vitest';
import { openPace, type PaceLimits } from '../../lib/connections/pace.ts';
import { virtualClock } from '../virtual-clock.ts';

let clock = virtualClock(0);
let entered: { readonly share: string; readonly atMs: number }[] = [];
beforeEach(() => {
  clock = virtualClock(0);
  entered = [];
});

function open(limits: Partial<PaceLimits>) {
  const pace = openPace({ burst: 1, ...limits }, clock.timers);
  return {
    ...pace,
    /** Stays within for so long. */
    ask: async (share = 'a', forMs = 0, mostMs = 1_000_000, signal?: AbortSignal): Promise<boolean> => {
      if (!pace.tryEnter() && !(await pace.enter({ share, mostMs, signal }))) return false;
      entered.push({ share, atMs: clock.timers.nowMs() });
      if (forMs === 0) pace.leave();
      else clock.timers.after(forMs, () => pace.leave());
      return true;
    },
  };
}
const timesMs = () => entered.map(({ atMs }) => atMs);

test('without limits all go at once', async () => {
  const { ask } = open({});
  for (let nth = 0; nth < 100; nth += 1) void ask('a', 50);
  await clock.run(0);
  expect(timesMs()).toEqual(Array.from({ length: 100 }, () => 0));
});

test('a rate lets as many go as it says, in the order of their asking', async () => {
  const { ask } = open({ requestsPerSecond: 5, burst: 2 });
  for (const share of ['1', '2', '3', '4', '5']) void ask(share);
  await clock.run(10_000);
  expect(timesMs()).toEqual([0, 0, 200, 400, 600]);
  expect(entered.map(({ share }) => share)).toEqual(['1', '2', '3', '4', '5']);
});

test('a namespace with few waits for few of one with many', async () => {
  const { ask } = open({ requestsPerSecond: 1 });
  for (let nth = 0; nth < 50; nth += 1) void ask('many');
  void ask('few');
  await clock.run(60_000);
  expect(entered.findIndex(({ share }) => share === 'few')).toBeLessThanOrEqual(2);
});

test('so many are within at one time', async () => {
  const { ask } = open({ concurrency: 2 });
  for (let nth = 0; nth < 5; nth += 1) void ask('a', 100);
  await clock.run(1000);
  expect(timesMs()).toEqual([0, 0, 100, 100, 200]);
});

test('nobody enters while it is held, and then they go at the rate', async () => {
  const { ask, hold } = open({ requestsPerSecond: 10 });
  hold(3000);
  hold(1000);
  for (let nth = 0; nth < 3; nth += 1) void ask();
  await clock.run(10_000);
  expect(timesMs()).toEqual([3000, 3100, 3200]);
});

test('it may be held while others wait for their turn', async () => {
  const { ask, hold } = open({ requestsPerSecond: 10 });
  for (let nth = 0; nth < 4; nth += 1) void ask();
  await clock.run(150);
  hold(2000);
  await clock.run(10_000);
  expect(timesMs()).toEqual([0, 100, 2150, 2250]);
});

test('those that are told together to wait, wait once; later ones twice as long, until something goes well', async () => {
  const { hold, wentWell } = open({});
  expect([hold(undefined), hold(undefined)]).toEqual([1000, 1000]);
  await clock.run(1000);
  expect(hold(undefined)).toBe(2000);
  await clock.run(2000);
  expect(hold(undefined)).toBe(4000);
  await clock.run(4000);
  wentWell();
  expect(hold(undefined)).toBe(1000);
});

test('what went without asking counts', async () => {
  const { ask, charge } = open({ requestsPerSecond: 1 });
  await ask();
  charge();
  charge();
  void ask();
  await clock.run(10_000);
  expect(timesMs()).toEqual([0, 3000]);
});

describe('who waits', () => {
  test('gives up when his time is over, and those behind move up', async () => {
    const { ask } = open({ requestsPerSecond: 1 });
    const given = [ask(), ask('a', 0, 500), ask()];
    await clock.run(10_000);
    expect(await Promise.all(given)).toEqual([true, false, true]);
    expect(timesMs()).toEqual([0, 1000]);
  });

  test('gives up with his signal', async () => {
    const { ask } = open({ requestsPerSecond: 1 });
    const control = new AbortController();
    await ask();
    const given = ask('a', 0, 500, control.signal).catch((error: unknown) => error);
    control.abort(new Error('over'));
    void ask();
    await clock.run(10_000);
    expect(await given).toEqual(new Error('over'));
    expect(timesMs()).toEqual([0, 1000]);
  });
});
