import { beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { rated } from '../../lib/clusters/rated.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import { SHARES } from '../../lib/model/limits.ts';
import { aRun } from '../builders.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';

let clock: VirtualClock;
/** When each request was made, in milliseconds, and for which namespace. */
let asked: { readonly atMs: number; readonly namespace: string }[];

beforeEach(() => {
  clock = virtualClock(Date.parse('2026-11-05T10:00:00Z'));
  asked = [];
});

function open(qps: number, burst: number): Cluster {
  const { timers } = clock;
  const note = async (namespace = ''): Promise<undefined> => void asked.push({ atMs: timers.nowMs(), namespace });
  const cluster: Cluster = { ...memoryCluster('c1', { now: clock.now }), get: async (_, key) => note(key.namespace) };
  return rated(cluster, { qps, burst, timers });
}

const ask = (cluster: Cluster, namespace = 'shop') => void cluster.get('AnalysisRun', { namespace, name: 'run' });
const timesMs = () => asked.map(({ atMs }) => atMs);

describe('the rate', () => {
  test('what fits goes at once; what is more waits, and goes evenly', async () => {
    const cluster = open(10, 4);
    for (let nth = 0; nth < 7; nth += 1) ask(cluster);
    await clock.run(5000);
    expect(timesMs()).toEqual([0, 0, 0, 0, 100, 200, 300]);
  });

  test('a pause saves up, and no more than goes at once', async () => {
    const cluster = open(10, 4);
    for (const _ of [1, 2, 3, 4]) ask(cluster);
    await clock.run(200);
    for (const _ of [1, 2, 3]) ask(cluster);
    await clock.run(60_000);
    asked = [];
    for (const _ of [1, 2, 3, 4, 5]) ask(cluster);
    await clock.run(1000);
    expect(timesMs().map((ms) => ms - 60_200)).toEqual([0, 0, 0, 0, 100]);
  });

  test('none is lost or made twice, however many wait', async () => {
    const cluster = open(200, 400);
    for (let nth = 0; nth < 1000; nth += 1) ask(cluster);
    await clock.run(3000);
    expect([asked.length, timesMs().at(-1)]).toEqual([1000, 3000]);
  });
});

test('by default 500 runs at 5 s wait for nothing, even where all are due at once', async () => {
  const cluster = open(SHARES.requestsPerSecond, SHARES.requestsAtOnce);
  for (let round = 0; round < 10; round += 1) {
    for (let nth = 0; nth < 500; nth += 1) ask(cluster);
    await clock.run(5000);
  }
  expect(asked).toHaveLength(5000);
  expect(new Set(timesMs())).toEqual(new Set(Array.from({ length: 10 }, (_, round) => round * 5000)));
});

test('namespaces take turns: one that asks for much delays another by one request', async () => {
  const cluster = open(10, 1);
  for (let nth = 0; nth < 20; nth += 1) ask(cluster, 'greedy');
  await clock.run(150);
  ask(cluster, 'modest');
  await clock.run(5000);
  const modest = asked.find(({ namespace }) => namespace === 'modest');
  expect(modest?.atMs).toBeLessThanOrEqual(300);
});

test.each<{ name: string; request: (cluster: Cluster) => unknown; counts: boolean }>([
  { name: 'get', request: (cluster) => cluster.get('AnalysisRun', { name: 'run', namespace: 'shop' }), counts: true },
  { name: 'list', request: (cluster) => cluster.list('AnalysisRun'), counts: true },
  { name: 'create', request: (cluster) => cluster.create('AnalysisRun', aRun()), counts: true },
  {
    name: 'patch',
    request: (cluster) => cluster.patch('AnalysisRun', { name: 'run', namespace: 'shop' }, {}).catch(() => {}),
    counts: true,
  },
  {
    name: 'delete',
    request: (cluster) => cluster.delete('AnalysisRun', { name: 'run', namespace: 'shop' }),
    counts: true,
  },
  {
    name: 'an event',
    request: (cluster) =>
      cluster.recordEvent(
        { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', namespace: 'shop', name: 'run', uid: '5a1c' },
        { type: 'Normal', reason: 'r', message: 'm' },
      ),
    counts: true,
  },
  {
    name: 'a watch',
    request: (cluster) =>
      cluster.watch('AnalysisRun', { resourceVersion: '0' }, AbortSignal.abort())[Symbol.asyncIterator]().next(),
    counts: false,
  },
  {
    name: 'what a metric asks for',
    request: (cluster) => cluster.fetch({ url: 'http://example.com' }).catch(() => {}),
    counts: false,
  },
])('$name counts: $counts', async ({ request, counts }) => {
  const cluster = open(1, 1);
  void request(cluster);
  await clock.run(10);
  ask(cluster);
  await clock.run(10);
  // The one token that there was is gone, or not; a second comes within a second.
  expect(asked.some(({ atMs }) => atMs === 10)).toBe(!counts);
});
