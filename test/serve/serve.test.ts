import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { KINDS } from '../../lib/kinds/registry.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { Kind } from '../../lib/model/kind.ts';
import type { HttpRequest } from '../../lib/model/http.ts';
import { systemTimers } from '../../lib/queues/system-timers.ts';
import { serve, type Serving } from '../../lib/serve/serve.ts';
import { statusPages } from '../../lib/serve/status-pages.ts';
import { openServer } from '../../lib/web/server.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { aMetric, anExperiment, aRun, aTemplate } from '../builders.ts';
import { fakeTiming } from '../fake-timing.ts';
import { scrape } from '../scrape.ts';

const now = () => new Date();
const T0 = Date.parse('2026-11-05T10:00:00Z');
const good = {
  status: 200,
  headers: {},
  body: JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [0, '1'] }] },
  }),
};

let one: MemoryCluster;
let other: MemoryCluster;
let serving: Serving | undefined;

beforeEach(() => {
  vi.useFakeTimers({
    now: T0,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  one = memoryCluster('one', { now, http: async () => good });
  other = memoryCluster('other', { now, http: async () => good });
});
afterEach(async () => {
  await serving?.stop();
  serving = undefined;
  vi.useRealTimers();
});

async function start(options: Parameters<typeof scopesOf>[0] = {}): Promise<void> {
  const clusters = [one, other].map((cluster) => cachedCluster(cluster, scopesOf(options), { timing: fakeTiming }));
  serving = await serve({ clusters, log: { info() {}, warn() {}, error() {} }, now });
}

const metric = aMetric({ interval: '5s', count: 3 });
const phaseOf = async (cluster: MemoryCluster, name = 'guestbook-6fd5') =>
  (await cluster.get('AnalysisRun', { namespace: 'shop', name }))?.status?.phase;
const named = (name: string, labels: Record<string, string> = {}): AnalysisRun =>
  aRun({ metadata: { name, labels }, spec: { metrics: [metric] } });

test('runs that are there, and runs that come, are measured to their end, in every cluster', async () => {
  await one.create('AnalysisRun', named('early'));
  await start();
  await vi.advanceTimersByTimeAsync(100);
  await other.create('AnalysisRun', named('late'));
  await vi.advanceTimersByTimeAsync(10_500);
  expect([await phaseOf(one, 'early'), await phaseOf(other, 'late')]).toEqual(['Successful', 'Successful']);
});

test('a cluster that cannot be reached slows the other down by nothing, and is served once it is back', async () => {
  other.setReachable(false);
  await start();
  await one.create('AnalysisRun', named('here'));
  await vi.advanceTimersByTimeAsync(10_500);
  expect(await phaseOf(one, 'here')).toBe('Successful');
  expect(serving?.progress()).toEqual({ synced: ['one'], waiting: ['other'] });

  other.setReachable(true);
  await other.create('AnalysisRun', named('there'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await phaseOf(other, 'there')).toBe('Successful');
});

test('the echo of our own write wakes nobody: what is measured late in a second is not due at the start of one', async () => {
  const askedMs: number[] = [];
  const http = async () => {
    askedMs.push(Date.now() - T0);
    return good;
  };
  one = memoryCluster('one', { now, http });
  await start();
  await vi.advanceTimersByTimeAsync(700);
  await one.create('AnalysisRun', named('fraction'));
  await vi.advanceTimersByTimeAsync(10_500);
  const waitsMs = askedMs.slice(1).map((ms, index) => ms - (askedMs[index] ?? 0));
  expect(waitsMs).toHaveLength(2);
  // What is due within a quarter of a second begins at its start.
  for (const waitMs of waitsMs) expect(waitMs).toBeGreaterThan(5000 - 250);
});

test('terminate ends a run at once', async () => {
  const key = { namespace: 'shop', name: 'long' };
  await one.create(
    'AnalysisRun',
    aRun({ metadata: { name: 'long' }, spec: { metrics: [aMetric({ interval: '1h', count: 9 })] } }),
  );
  await start();
  await vi.advanceTimersByTimeAsync(100);
  await one.patch('AnalysisRun', key, { spec: { terminate: true } });
  await vi.advanceTimersByTimeAsync(100);
  expect((await one.get('AnalysisRun', key))?.status).toMatchObject({ phase: 'Successful', message: 'Run Terminated' });
});

test('a change made while a measurement is being taken is not lost', async () => {
  const key = { namespace: 'shop', name: 'slow' };
  one = memoryCluster('one', {
    now,
    http: async () => {
      await new Promise((resolve) => void setTimeout(resolve, 3000));
      return good;
    },
  });
  await one.create(
    'AnalysisRun',
    aRun({ metadata: { name: 'slow' }, spec: { metrics: [aMetric({ interval: '1h', count: 9 })] } }),
  );
  await start();
  await vi.advanceTimersByTimeAsync(1000);
  await one.patch('AnalysisRun', key, { spec: { terminate: true } });
  await vi.advanceTimersByTimeAsync(2500);
  // The measurement was dropped with its conflict, and the run ended without one.
  expect((await one.get('AnalysisRun', key))?.status).toMatchObject({ phase: 'Successful', message: 'Run Terminated' });
});

test.each([
  { name: 'without an instance id, only what carries none', options: {}, served: ['plain'] },
  { name: 'with one, only what carries it', options: { instanceId: 'assay' }, served: ['ours'] },
  { name: 'a selector narrows further', options: { selector: 'team=web' }, served: [] },
])('$name', async ({ options, served }) => {
  const label = 'argo-rollouts.argoproj.io/controller-instance-id';
  await one.create('AnalysisRun', named('plain'));
  await one.create('AnalysisRun', named('ours', { [label]: 'assay' }));
  await one.create('AnalysisRun', named('theirs', { [label]: 'theirs' }));
  await start(options);
  await vi.advanceTimersByTimeAsync(500);
  const begun = one.objects('AnalysisRun').filter(({ status }) => status !== undefined);
  expect(begun.map(({ metadata }) => metadata.name)).toEqual(served);
});

test('a restart goes on where the status says', async () => {
  await one.create('AnalysisRun', named('long'));
  await start();
  await vi.advanceTimersByTimeAsync(6000);
  await serving?.stop();
  await vi.advanceTimersByTimeAsync(1000);
  await start();
  await vi.advanceTimersByTimeAsync(5000);
  const run = await one.get('AnalysisRun', { namespace: 'shop', name: 'long' });
  expect(run?.status).toMatchObject({ phase: 'Successful', metricResults: [{ count: 3 }] });
});

test('a bug in a watch is told, and does not stand in the way of a stop', async () => {
  const broken: MemoryCluster = {
    ...one,
    watch() {
      throw new TypeError('a bug');
    },
  };
  const cluster = cachedCluster(broken, scopesOf({}), { timing: fakeTiming });
  serving = await serve({ clusters: [cluster], log: { info() {}, warn() {}, error() {} }, now });
  await expect(serving.failed).rejects.toThrow('a bug');
  await serving.stop();
});

test('a stop ends what hangs, within five seconds, and writes nothing of it', async () => {
  const hanging = new Promise<never>(() => undefined);
  // As the way out does, which ends with the signal.
  const http = async ({ signal }: HttpRequest): Promise<never> =>
    Promise.race([
      hanging,
      new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    ]);
  one = memoryCluster('one', { now, http });
  await one.create('AnalysisRun', named('hangs'));
  other = memoryCluster('other', { now, http: async () => hanging });
  await other.create('AnalysisRun', named('deaf'));
  await start();
  await vi.advanceTimersByTimeAsync(100);
  let isStopped = false;
  const stopping = serving?.stop().then(() => (isStopped = true));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(isStopped).toBe(true);
  await stopping;
  serving = undefined;
  const run = await one.get('AnalysisRun', { namespace: 'shop', name: 'hangs' });
  expect(run?.status?.metricResults).toBeUndefined();
});

test('a look at everything goes on in slices: ten objects, if each takes a millisecond, and the others have a turn', async () => {
  const count = 45;
  for (let index = 0; index < count; index += 1) await one.create('AnalysisRun', named(`run-${index}`));
  let looked: number | undefined;
  let tookMs = 0;
  const timers = { ...systemTimers, nowMs: () => performance.now() + tookMs };
  const looking = () => {
    if (looked !== undefined) {
      looked += 1;
      tookMs += 1;
    }
    return new Date();
  };
  const cluster = cachedCluster(one, scopesOf({}), { timing: fakeTiming });
  serving = await serve({ clusters: [cluster], log: { info() {}, warn() {}, error() {} }, now: looking, timers });
  await vi.advanceTimersByTimeAsync(59_990);
  looked = 0;
  vi.advanceTimersByTime(10);
  const atTurns = [looked];
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    atTurns.push(looked);
  }
  const atATime = atTurns.slice(1).map((each, turn) => each - (atTurns[turn] ?? 0));
  expect([looked >= count, Math.max(...atATime)]).toEqual([true, 10]);
});

test('what is set aside is counted: by stores, and what cannot be told of', async () => {
  const [looked] = KINDS;
  if (!looked) throw new Error('no kind');
  const kind: Kind = {
    ...(await looked.load()),
    dueAt() {
      throw new RangeError('too deep');
    },
  };
  const kinds = [{ facts: looked.facts, load: async () => kind }];
  const cluster = cachedCluster(one, scopesOf({}), { timing: fakeTiming });
  serving = await serve({ clusters: [cluster], log: { info() {}, warn() {}, error() {} }, now, kinds });
  await one.create('AnalysisRun', named('odd'));
  await vi.advanceTimersByTimeAsync(100);
  serving.setAside('other', 'Job');
  const lines = (await scrape(serving)).split('\n').filter((line) => line.startsWith('assay_objects_set_aside_total'));
  expect(lines).toEqual([
    'assay_objects_set_aside_total{cluster="one",kind="AnalysisRun"} 1',
    'assay_objects_set_aside_total{cluster="other",kind="Job"} 1',
  ]);
});

test('a run that is deleted is forgotten', async () => {
  await one.create('AnalysisRun', named('gone'));
  await start();
  await vi.advanceTimersByTimeAsync(100);
  expect(await scrape(serving)).toContain('name="gone"');
  await one.delete('AnalysisRun', { namespace: 'shop', name: 'gone' });
  await vi.advanceTimersByTimeAsync(100);
  expect(await scrape(serving)).not.toContain('name="gone"');
});

test('the pages say how it stands', async () => {
  other.setReachable(false);
  one.setReachable(false);
  await start();
  await vi.advanceTimersByTimeAsync(10);
  if (!serving) throw new Error('not serving');
  const log = { info() {}, warn() {}, error() {} };
  const server = await openServer({
    address: { host: '127.0.0.1', port: 0 },
    routes: statusPages(() => serving),
    log,
  });
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(`${server.url}${path}`, { method });
    return { status: response.status, body: await response.text() };
  };
  try {
    expect(await get('/healthz')).toEqual({ status: 200, body: 'ok\n' });
    expect(await get('/readyz')).toEqual({ status: 503, body: 'synced: none\nwaiting: one, other\n' });
    one.setReachable(true);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await get('/readyz')).toEqual({ status: 200, body: 'synced: one\nwaiting: other\n' });
    expect((await get('/metrics')).body).toContain('# TYPE analysis_run_info gauge');
    expect((await get('/other')).status).toBe(404);
    expect((await get('/healthz', 'POST')).status).toBe(405);
  } finally {
    await server.close();
  }
});

describe('experiments', () => {
  const compare = { namespace: 'shop', name: 'guestbook-compare' };
  const run = { namespace: 'shop', name: 'guestbook-compare-success-rate' };

  test('what becomes of pods and analyses advances them at once; the runs that they create are run', async () => {
    const labels = { 'argo-rollouts.argoproj.io/controller-instance-id': 'assay' };
    await one.create('AnalysisTemplate', aTemplate());
    await one.create('Experiment', anExperiment({ metadata: { labels }, spec: { scaleDownDelaySeconds: 0 } }));
    await start({ instanceId: 'assay' });
    await vi.advanceTimersByTimeAsync(100);
    expect(one.objects('ReplicaSet')).toMatchObject([{ spec: { replicas: 1 } }]);
    pods(1);
    await vi.advanceTimersByTimeAsync(100);
    expect((await one.get('AnalysisRun', run))?.status?.phase).toBe('Successful');
    expect((await one.get('Experiment', compare))?.status).toMatchObject({
      phase: 'Running',
      analysisRuns: [{ phase: 'Successful' }],
    });
    const page = await scrape(serving);
    expect(page).toContain(
      'experiment_info{cluster="one",namespace="shop",name="guestbook-compare",phase="Running"} 1',
    );

    await one.patch('Experiment', compare, { spec: { terminate: true } });
    await vi.advanceTimersByTimeAsync(100);
    expect(one.objects('ReplicaSet')).toMatchObject([{ spec: { replicas: 0 } }]);
    pods(0);
    await vi.advanceTimersByTimeAsync(100);
    expect(await one.get('Experiment', compare)).toMatchObject({
      metadata: { labels: { ...labels, 'assay.dev/finished': 'true' } },
      status: { phase: 'Successful' },
    });
  });

  test('one that cannot be read, or any more, disturbs nobody', async () => {
    await one.create('Experiment', anExperiment());
    await one.create('AnalysisRun', named('beside'));
    await start();
    await vi.advanceTimersByTimeAsync(100);
    for (const spec of [null, 'none', { templates: [] }]) {
      await one.patch('Experiment', compare, { spec });
      await vi.advanceTimersByTimeAsync(1000);
    }
    await vi.advanceTimersByTimeAsync(10_500);
    expect(await phaseOf(one, 'beside')).toBe('Successful');
    expect(one.objects('Event').filter(({ reason }) => reason === 'InvalidSpec')).not.toEqual([]);
    expect((await one.get('Experiment', compare))?.status?.phase).toBeDefined();
  });

  test("what belongs to somebody else's experiment wakes nobody", async () => {
    const labels = { 'argo-rollouts.argoproj.io/controller-instance-id': 'theirs' };
    const { metadata } = await one.create('Experiment', anExperiment({ metadata: { labels } }));
    const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', name: compare.name, controller: true };
    await one.create('ReplicaSet', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        namespace: 'shop',
        name: 'guestbook-compare-canary',
        labels: { 'rollouts-pod-template-hash': '6fd5' },
        ownerReferences: [{ ...owner, uid: metadata.uid ?? '' }],
      },
    });
    await start();
    await vi.advanceTimersByTimeAsync(100);
    pods(1);
    await vi.advanceTimersByTimeAsync(100);
    expect((await one.get('Experiment', compare))?.status).toBeUndefined();
  });
});

/** So many pods of the experiment's template are there, and available. */
function pods(count: number): void {
  const status = { replicas: count, readyReplicas: count, availableReplicas: count };
  one.writeStatus('ReplicaSet', { namespace: 'shop', name: 'guestbook-compare-canary' }, status);
}
