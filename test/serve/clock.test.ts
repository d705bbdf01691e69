import { afterEach, beforeEach, expect, test } from 'vitest';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { serve, type Serving } from '../../lib/serve/serve.ts';
import { aMetric, aRun } from '../builders.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const START = Date.parse('2026-11-05T10:00:00Z');

let clock: VirtualClock;
let cluster: MemoryCluster;
let serving: Serving | undefined;
/** When each metric was asked for, in milliseconds since the beginning, by its name. */
let asked: Map<string, number[]>;

beforeEach(() => {
  clock = virtualClock(START);
  asked = new Map();
  cluster = memoryCluster('one', {
    now: clock.now,
    async http({ url }) {
      const [name = ''] = new URL(url).hostname.split('.');
      asked.set(name, [...(asked.get(name) ?? []), clock.timers.nowMs()]);
      return { status: 200, headers: {}, body: '1' };
    },
  });
});
afterEach(async () => {
  await serving?.stop();
  serving = undefined;
});

async function start(): Promise<void> {
  const { after, nowMs } = clock.timers;
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      after(ms, resolve);
      signal.addEventListener('abort', () => resolve());
    });
  const cached = cachedCluster(cluster, scopesOf({}), { timing: { sleep, random: () => 0.5, nowMs } });
  const log = { info() {}, warn() {}, error() {} };
  serving = await serve({ clusters: [cached], log, now: clock.now, timers: clock.timers });
}

const metric = (name: string, seconds: number) =>
  aMetric({
    name,
    interval: `${seconds}s`,
    successCondition: 'result == 1',
    provider: { web: { url: `http://${name}.example.com` } },
  });

async function create(name: string, ...metrics: readonly ReturnType<typeof aMetric>[]): Promise<void> {
  await cluster.create('AnalysisRun', aRun({ metadata: { name }, spec: { metrics: [...metrics] } }));
}

/** By how much the times between two measurements of a metric differ from its interval, in milliseconds. */
function offBy(name: string, seconds: number): { sooner: number; later: number; count: number } {
  const times = asked.get(name) ?? [];
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0) - seconds * 1000);
  return { sooner: -Math.min(0, ...gaps), later: Math.max(0, ...gaps), count: times.length };
}

test.each([
  { name: 'ahead for two seconds', byMs: HOUR, forMs: 2000 },
  { name: 'back for two seconds', byMs: -HOUR, forMs: 2000 },
  { name: 'back by ten minutes for two seconds', byMs: -10 * MINUTE, forMs: 2000 },
  { name: 'ahead for five seconds', byMs: HOUR, forMs: 5000 },
  { name: 'ahead for good', byMs: HOUR, forMs: Infinity },
  { name: 'back for good', byMs: -HOUR, forMs: Infinity },
  { name: 'ahead for five minutes, and then right', byMs: HOUR, forMs: 5 * MINUTE },
  { name: 'back for five minutes, and then right', byMs: -HOUR, forMs: 5 * MINUTE },
  { name: 'ahead by a minute and a half for good', byMs: 90_000, forMs: Infinity },
])('a clock that is set $name delays nothing and hurries nothing', async ({ byMs, forMs }) => {
  await start();
  await clock.run(1000);
  // One that is asked for often, one seldom, and one of each in one run.
  await create('quick', metric('quick', 7));
  await create('slow', metric('slow', 600));
  await create('both', metric('often', 10), metric('seldom', 600));
  await clock.run(4 * MINUTE);
  clock.setWrongBy(byMs);
  await clock.run(Math.min(forMs, 20 * MINUTE));
  clock.setWrongBy(forMs === Infinity ? byMs : 0);
  await create('new', metric('new', 7));
  await clock.run(30 * MINUTE);

  for (const [name, seconds] of Object.entries({ quick: 7, slow: 600, often: 10, seldom: 600, new: 7 })) {
    const { sooner, later, count } = offBy(name, seconds);
    const isAll = count > (30 * 60) / seconds - 2;
    const seen = { name, isEarly: sooner > 1000, isLate: later > 2000, isAll };
    expect(seen).toEqual({ name, isEarly: false, isLate: false, isAll: true });
  }
});

test('after the clock was set, statuses tell the time that it shows', async () => {
  await start();
  await create('quick', metric('quick', 7));
  await clock.run(MINUTE);
  clock.setWrongBy(-HOUR);
  await clock.run(2 * MINUTE);
  const run = await cluster.get('AnalysisRun', { namespace: 'shop', name: 'quick' });
  const last = run?.status?.metricResults?.[0]?.measurements?.at(-1)?.finishedAt ?? '';
  expect(clock.now().getTime() - Date.parse(last)).toBeLessThan(8000);
  expect(clock.now().getTime()).toBeGreaterThanOrEqual(Date.parse(last));
});

test('what a clock that was wrong has left in a status is not waited for', async () => {
  const finishedAt = new Date(START + HOUR).toISOString().replace('.000', '');
  await cluster.create(
    'AnalysisRun',
    aRun({
      metadata: { name: 'ahead' },
      spec: { metrics: [metric('ahead', 60)] },
      status: {
        phase: 'Running',
        startedAt: finishedAt,
        metricResults: [
          { name: 'ahead', phase: 'Running', count: 1, measurements: [{ phase: 'Successful', finishedAt }] },
        ],
      },
    }),
  );
  await start();
  await clock.run(5 * MINUTE);
  expect(offBy('ahead', 60)).toMatchObject({ count: 5 });
});

test('a resync asks for nothing that waits for its time, whatever the clock says', async () => {
  await start();
  await create('slow', metric('slow', 600));
  await clock.run(MINUTE);
  clock.setWrongBy(HOUR);
  await clock.run(8 * MINUTE);
  expect(asked.get('slow')).toHaveLength(1);
});
