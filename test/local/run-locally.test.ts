import { describe, expect, test } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { HttpResponse } from '../../lib/model/http.ts';
import { type LocalOptions, runLocally } from '../../lib/local/run-locally.ts';
import { aMetric, aRun } from '../builders.ts';
import { virtualClock } from '../virtual-clock.ts';

const web = (override: object = {}) =>
  aMetric({ name: 'page', successCondition: 'result.ok', provider: { web: { url: 'http://x' } }, ...override });
const metadata = (name: string) => ({ name, namespace: 'n' });
const answer = (body: object): HttpResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function start(runs: readonly AnalysisRun[], options: Partial<LocalOptions> = {}) {
  return runLocally({ runs }, { now: () => new Date(), http: async () => answer({ ok: true }), ...options });
}

test('several runs, each to its own end, in the order given', async () => {
  const steps: string[] = [];
  const runs = [
    aRun({ metadata: metadata('a'), spec: { metrics: [web({ count: 2, interval: '1ms' })] } }),
    aRun({ metadata: metadata('b'), spec: { metrics: [web({ successCondition: '!result.ok' })] } }),
  ];
  const local = await start(runs, {
    onStep: ({ metadata: { name }, status }) => steps.push(`${name} ${status?.phase}`),
  });
  const ended = await local.ended;
  expect(ended.map(({ metadata: { name }, status }) => [name, status?.phase])).toEqual([
    ['a', 'Successful'],
    ['b', 'Failed'],
  ]);
  expect(steps.slice(0, 2)).toEqual(['a undefined', 'b undefined']);
  expect(steps).toContain('a Running');
});

test('terminate ends a run that would go on', async () => {
  const metrics = [web({ interval: '1h' })];
  const local = await start([aRun({ metadata: metadata('a'), spec: { metrics } })], {
    onStep: ({ status }) => status?.phase === 'Running' && void local.terminate(),
  });
  const [run] = await local.ended;
  expect(run?.status).toMatchObject({ phase: 'Successful', message: 'Run Terminated' });
  expect(run?.spec.terminate).toBe(true);
});

test('a day at five minutes is played in no time, on a clock that goes as fast', async () => {
  const clock = virtualClock(Date.parse('2026-11-05T00:00:00Z'));
  const run = aRun({ metadata: metadata('day'), spec: { metrics: [web({ interval: '5m', count: 289 })] } });
  const local = await start([run], { now: clock.now, timers: clock.timers });
  let isOver = false;
  void local.ended.then(() => (isOver = true));
  await clock.run(48 * 3_600_000, () => isOver);
  const [played] = await local.ended;
  expect(played?.status).toMatchObject({ phase: 'Successful', metricResults: [{ count: 289 }] });
  // Each begins strictly after its interval, at its start to the second.
  expect(played?.status?.startedAt).toBe('2026-11-05T00:00:00Z');
  expect(played?.status?.completedAt).toBe('2026-11-06T00:00:00Z');
});

const secretArg = { name: 'token', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } };

test('a remote cluster that does not answer is tried again', async () => {
  const remote = memoryCluster('remote', { now: () => new Date(), http: async () => answer({ ok: true }) });
  await remote.create('Secret', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata('s') },
    data: { k: 'YQ==' },
  });
  remote.setReachable(false);
  const problems: string[] = [];
  const local = await start([aRun({ metadata: metadata('a'), spec: { metrics: [web()], args: [secretArg] } })], {
    remote,
    onProblem(message) {
      problems.push(message);
      remote.setReachable(true);
    },
  });
  expect((await local.ended)[0]?.status?.phase).toBe('Successful');
  expect(problems).toEqual([expect.stringMatching(/^cluster remote: no answer; again in \d s$/)]);
});

test('what cannot be mended by trying again ends everything', async () => {
  const remote = memoryCluster('remote', { now: () => new Date() });
  const broken = {
    ...remote,
    get: async () => {
      throw new TypeError('a bug');
    },
  };
  const run = aRun({ metadata: metadata('a'), spec: { metrics: [web()], args: [secretArg] } });
  const local = await start([run], { remote: broken });
  await expect(local.ended).rejects.toThrow('a bug');
});

async function outcome(remote: Cluster, runs: readonly AnalysisRun[], onProblem?: (stop: () => void) => void) {
  const clock = virtualClock(Date.parse('2026-11-05T00:00:00Z'));
  const stops: (() => void)[] = [];
  const { now, timers } = clock;
  const local = await start(runs, {
    remote,
    now,
    timers,
    onProblem: () => onProblem?.(() => stops.forEach((stop) => stop())),
  });
  stops.push(() => void local.terminate());
  let ended: unknown;
  void local.ended.then(
    () => (ended = 'well'),
    (error: unknown) => (ended = error),
  );
  await clock.run(3_600_000, () => ended !== undefined);
  return { ended, seconds: (clock.now().getTime() - Date.parse('2026-11-05T00:00:00Z')) / 1000 };
}

describe('a remote cluster that cannot be worked with ends what needs it, and says why', () => {
  const needy = aRun({ metadata: metadata('a'), spec: { metrics: [web()], args: [secretArg] } });
  const other = aRun({ metadata: metadata('b'), spec: { metrics: [web({ interval: '1s' })] } });

  test('one that never answers: within 30 s, whatever other runs do', async () => {
    const remote = memoryCluster('remote', { now: () => new Date() });
    remote.setReachable(false);
    const { ended, seconds } = await outcome(remote, [other, needy]);
    expect(ended).toMatchObject({ code: 'ASSAY_CLUSTER_UNREACHABLE', message: 'cluster remote: no answer' });
    expect(seconds).toBeGreaterThanOrEqual(19);
    expect(seconds).toBeLessThan(30);
  });

  test('one that does not answer, once somebody stops the run: at once', async () => {
    const remote = memoryCluster('remote', { now: () => new Date() });
    remote.setReachable(false);
    const { ended, seconds } = await outcome(remote, [needy], (stop) => stop());
    expect(ended).toMatchObject({ code: 'ASSAY_CLUSTER_UNREACHABLE' });
    expect(seconds).toBeLessThan(3);
  });

  test.each(['get', 'fetch'] as const)('one that refuses (%s): at once', async (method) => {
    const denied = new AssayError('ASSAY_CLUSTER_DENIED', 'secrets "s" is forbidden', { cluster: 'remote' });
    const remote = memoryCluster('remote', { now: () => new Date() });
    const run = method === 'get' ? needy : other;
    const { ended, seconds } = await outcome({ ...remote, [method]: () => Promise.reject(denied) }, [run]);
    expect(ended).toBe(denied);
    expect(seconds).toBeLessThan(3);
  });
});
