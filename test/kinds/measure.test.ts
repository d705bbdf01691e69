import { beforeEach, describe, expect, test } from 'vitest';
import { findDue, type Task } from '../../lib/analysis/due.ts';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { judgeTaken, type Measured } from '../../lib/analysis/record.ts';
import { collect, findEnded, take } from '../../lib/kinds/measure.ts';
import type { AnalysisRun, Metric } from '../../lib/model/analysis-run.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { HttpRequest } from '../../lib/model/http.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import type { MeasurementTimes, Ports } from '../../lib/model/ports.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import { aMeasurement, aMetric, aResult, aRun } from '../builders.ts';

const now = () => new Date('2026-11-05T10:00:20.500Z');
const ref: ObjectRef = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: 'guestbook-6fd5', uid: '5a1c' };
const aJob = (override: Partial<Metric> = {}): Metric =>
  aMetric({
    name: 'smoke',
    provider: {
      job: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } } },
    },
    ...override,
  });

let cluster: MemoryCluster;
let measured: MeasurementTimes[];
let problems: string[];

beforeEach(() => {
  cluster = memoryCluster('c1', { now });
  measured = [];
  problems = [];
});

function report(message: string): void {
  problems.push(message);
}

function portsOf(inUse: Cluster = cluster): Ports {
  return {
    clusters: { get: () => inUse, names: () => ['c1'] },
    queue: { send: async () => {} },
    bus: { publish: async () => {} },
    log: { info() {}, warn: report, error: report },
    meter: { stepped() {}, failed() {}, measured: (_ref, times) => void measured.push(times) },
    now,
  };
}

function taskOf(run: AnalysisRun): Task {
  const due = findDue(run, {}, now());
  const [task] = due.is === 'measuring' ? due.tasks : [];
  if (!task) throw new Error('nothing is due');
  return task;
}

/** Takes the one measurement that is due, and judges it. */
async function takeFrom(run: AnalysisRun, inUse?: Cluster): Promise<Measured> {
  const [judged] = judgeTaken([await take(taskOf(run), run, ref, portsOf(inUse))], run);
  if (!judged) throw new Error('nothing was taken');
  return judged;
}

/** A run whose Job is under way. */
async function aRunningJob(spec: Partial<AnalysisRun['spec']> = {}): Promise<AnalysisRun> {
  // It must be there: a Job whose owner is not is garbage.
  const run = await cluster.create('AnalysisRun', aRun({ spec: { metrics: [aJob()] } }));
  const { measurement } = await takeFrom(run);
  const metricResults = [aResult({ name: 'smoke', measurements: [measurement] })];
  return {
    ...run,
    spec: { ...run.spec, ...spec },
    status: { phase: 'Running', startedAt: '2026-11-05T10:00:00Z', metricResults },
  };
}

test('a Job is begun, looked at again, and finished', async () => {
  const run = await aRunningJob();
  expect(run.status?.metricResults?.[0]?.measurements).toMatchObject([
    { phase: 'Running', metadata: { 'job-name': expect.any(String) } },
  ]);
  expect((await takeFrom(run)).measurement).toMatchObject({ phase: 'Running' });

  const [job] = cluster.objects('Job');
  const key = { namespace: 'shop', name: job?.metadata.name ?? '' };
  cluster.writeStatus('Job', key, { conditions: [{ type: 'Complete', status: 'True' }] });
  expect((await takeFrom(run)).measurement).toMatchObject({ phase: 'Successful', finishedAt: now().toISOString() });
});

test('a Job is deleted when its run is to end', async () => {
  const run = await aRunningJob({ terminate: true });
  expect((await takeFrom(run)).measurement.phase).toBe('Inconclusive');
  expect(cluster.objects('Job')).toEqual([]);
});

test('a provider that cannot look again leaves the measurement as it is', async () => {
  const inFlight = { phase: 'Running' as const, startedAt: '2026-11-05T10:00:00Z' };
  const status = {
    phase: 'Running' as const,
    startedAt: '2026-11-05T10:00:00Z',
    metricResults: [aResult({ measurements: [inFlight] })],
  };
  expect((await takeFrom(aRun({ status }))).measurement).toEqual(inFlight);
});

test('how late a measurement is can be told from its times', async () => {
  const web = aMetric({ interval: '5s', provider: { web: { url: 'http://x.example.com' } } });
  const status = {
    phase: 'Running' as const,
    startedAt: '2026-11-05T10:00:00Z',
    metricResults: [aResult({ count: 1, measurements: [aMeasurement()] })],
  };
  await takeFrom(aRun({ spec: { metrics: [web] }, status }));
  await takeFrom(aRun({ spec: { metrics: [web] } }));
  const moment = { metric: web.name, startedMs: now().getTime(), finishedMs: now().getTime() };
  expect(measured).toEqual([{ ...moment, previousMs: Date.parse('2026-11-05T10:00:01Z'), intervalMs: 5000 }, moment]);
});

test.each([
  {
    name: 'a metric that cannot be sent',
    metric: aMetric({ provider: { plugin: { 'example/metrics': {} } } }),
    message: /the plugin example\/metrics is not served here/,
    logged: [],
  },
  {
    name: 'a bug of a provider, which is logged too',
    metric: aJob(),
    message: /^undefined is not a job$/,
    logged: ['provider failed'],
  },
])('$name is a measurement of phase Error', async ({ metric, message, logged }) => {
  const broken: Cluster = {
    ...cluster,
    create: () => {
      throw new TypeError('undefined is not a job');
    },
  };
  const { measurement } = await takeFrom(aRun({ spec: { metrics: [metric] } }), broken);
  expect(measurement).toMatchObject({ phase: 'Error', message: expect.stringMatching(message) });
  expect(problems).toEqual(logged);
});

const web = (timeoutSeconds: number) =>
  aRun({ spec: { metrics: [aMetric({ provider: { web: { url: 'http://x.test', timeoutSeconds } } })] } });

describe('a request of a metric', () => {
  let requests: HttpRequest[];
  const asking = (during = () => {}): Cluster => ({
    ...cluster,
    async fetch(request) {
      requests.push(request);
      during();
      return { status: 200, headers: {}, body: '1' };
    },
  });
  beforeEach(() => {
    requests = [];
  });

  test.each([
    { name: 'as it asks', timeoutSeconds: 20, time: undefined, wantMs: 20_000 },
    { name: 'a minute at most', timeoutSeconds: 2_000_000, time: undefined, wantMs: 60_000 },
    { name: 'what its step has', timeoutSeconds: 59, time: { mostMs: 41_000, leftMs: () => 55_000 }, wantMs: 41_000 },
  ])('has an end: $name', async ({ timeoutSeconds, time, wantMs }) => {
    const run = web(timeoutSeconds);
    await take(taskOf(run), run, ref, { ...portsOf(asking()), ...(time && { time }) });
    expect(requests[0]?.timeoutMs).toBe(wantMs);
  });

  test('is not begun where its step has no time for it: the step is taken again, and nothing counts', async () => {
    const run = web(20);
    const time = { mostMs: 41_000, leftMs: () => 19_000 };
    const taking = take(taskOf(run), run, ref, { ...portsOf(asking()), time });
    await expect(taking).rejects.toMatchObject({ code: 'ASSAY_STEP_ABORTED', retry: true });
    expect(requests).toEqual([]);
  });

  test('that is ended with its step is no measurement', async () => {
    const run = web(20);
    const control = new AbortController();
    const inUse = asking(() => control.abort());
    const taking = take(taskOf(run), run, ref, { ...portsOf(inUse), signal: control.signal });
    await expect(taking).rejects.toMatchObject({ code: 'ASSAY_STEP_ABORTED', retry: true });
    expect(requests[0]?.signal).toBe(control.signal);
  });
});

test('collection goes on past a provider that is not there, and stops at one that fails', async () => {
  const run = aRun({ spec: { metrics: [aJob()] } });
  const collections = [aMetric({ provider: {} }), aMetric(), aJob(), aJob({ name: 'last' })].map((metric) => ({
    metric,
    keep: 1,
  }));
  const failing: Cluster = {
    ...cluster,
    list: () => Promise.reject(new AssayError('ASSAY_CLUSTER_DENIED', 'no lists')),
  };
  const collected = await collect(collections, run, ref, portsOf(failing));
  expect(collected.map(({ went }) => went)).toEqual(['skipped', 'done', 'failed']);
  expect(problems).toEqual(['measurements not collected']);
  expect((await collect(collections, run, ref, portsOf())).map(({ went }) => went)).toEqual([
    'skipped',
    'done',
    'done',
    'done',
  ]);
});

test('a Job that is over before the next look at it is resumed in whatever step comes first', async () => {
  const running = await aRunningJob();
  const [job] = cluster.objects('Job');
  const [result] = running.status?.metricResults ?? [];
  const measurements = result?.measurements?.map((each) => ({ ...each, resumeAt: '2026-11-05T10:05:00Z' })) ?? [];
  const metricResults = [aResult({ name: 'smoke', measurements })];
  const run: AnalysisRun = {
    ...running,
    status: { phase: 'Running', startedAt: '2026-11-05T10:00:00Z', metricResults },
  };
  const dueNow = async () => {
    const due = findDue(run, {}, now(), await findEnded(run, ref, portsOf()));
    return due.is === 'measuring' && due.tasks.map(({ does }) => does);
  };
  expect(await dueNow()).toEqual([]);
  const key = { namespace: 'shop', name: job?.metadata.name ?? '' };
  cluster.writeStatus('Job', key, { conditions: [{ type: 'Complete', status: 'True' }] });
  expect(await dueNow()).toEqual(['resume']);
  // What cannot be found out just now is found out at its time.
  cluster.setReachable(false);
  expect(await dueNow()).toEqual([]);
});

test('ten Jobs are asked at once whether they are over, and one that does not answer holds up no other', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `m${index}`);
  const startedAt = '2026-11-05T10:00:00Z';
  const resumeAt = '2026-11-05T10:05:00Z';
  const metricResults = names.map((name) =>
    aResult({ name, measurements: [{ phase: 'Running', startedAt, resumeAt, metadata: { 'job-name': name } }] }),
  );
  const run = await cluster.create(
    'AnalysisRun',
    aRun({ spec: { metrics: names.map((name) => aJob({ name })) }, status: { phase: 'Running', metricResults } }),
  );
  const owner = { apiVersion: run.apiVersion, kind: run.kind, name: ref.name, uid: run.metadata.uid ?? '' };
  const over = { conditions: [{ type: 'Complete', status: 'True' }] };
  let asked = 0;
  let most = 0;
  const slow: Cluster = {
    ...cluster,
    get: async (kind, { name }) => {
      most = Math.max(most, ++asked);
      await new Promise(setImmediate);
      asked -= 1;
      if (name === 'm3') throw new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'no answer', { retry: true });
      const metadata = { name, namespace: 'shop', ownerReferences: [{ ...owner, controller: true }] };
      return { apiVersion: 'batch/v1', kind, metadata, ...(name !== 'm4' && { status: over }) } as never;
    },
  };
  const ended = await findEnded(run, ref, portsOf(slow));
  expect([...ended]).toEqual(names.filter((name) => name !== 'm3' && name !== 'm4'));
  expect(most).toBe(10);
});

test('a status that names a Job of somebody else changes nothing of it', async () => {
  const backup = { namespace: 'shop', name: 'nightly-backup' };
  await cluster.create('Job', { apiVersion: 'batch/v1', kind: 'Job', metadata: backup, spec: { template: {} } });
  const forged = { phase: 'Running' as const, metadata: { 'job-name': 'nightly-backup' } };
  const status = {
    phase: 'Running' as const,
    startedAt: '2026-11-05T10:00:00Z',
    metricResults: [aResult({ name: 'smoke', measurements: [forged] })],
  };
  const metrics = [aJob()];
  const terminated = await takeFrom(aRun({ spec: { metrics, terminate: true }, status }));
  expect(terminated.measurement.phase).toBe('Inconclusive');
  const resumed = await takeFrom(aRun({ spec: { metrics }, status }));
  expect(resumed.measurement).toMatchObject({ phase: 'Error', message: 'job.batch "nightly-backup" not found' });
  expect(cluster.objects('Job')).toHaveLength(1);
});
