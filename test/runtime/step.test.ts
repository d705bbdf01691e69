import { beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { BusEvent } from '../../lib/model/bus.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import { type ClockSetting, Moment } from '../../lib/model/moment.ts';
import type { MeasurementTimes, Ports } from '../../lib/model/ports.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import { step } from '../../lib/runtime/step.ts';
import { aMetric, aRun } from '../builders.ts';

const T0 = Date.parse('2026-11-05T10:00:00.250Z');
let clock = T0;
const now = () => new Date(clock);
const after = (ms: number) => new Date(T0 + ms);

/** Prometheus, as far as these tests go: `up` answers with what is set here. */
let answer: { status: number; body: string };
const value = (number: string) => ({
  status: 200,
  body: JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [0, number] }] },
  }),
});

let cluster: MemoryCluster;
let sent: { name: string; at: Date }[];
let versions: (string | undefined)[];
let published: (readonly BusEvent[])[];
let publish: Ports['bus']['publish'];
let measured: MeasurementTimes[];
let warnings: string[];

beforeEach(() => {
  clock = T0;
  answer = value('1');
  sent = [];
  versions = [];
  published = [];
  publish = async (events) => void published.push(events);
  measured = [];
  warnings = [];
  cluster = memoryCluster('c1', { now, http: async () => ({ ...answer, headers: {} }) });
});

function portsOf(inUse: Cluster = cluster): Ports {
  return {
    clusters: { get: () => inUse, names: () => ['c1'] },
    queue: {
      async send({ name }, at, version) {
        sent.push({ name, at });
        versions.push(version);
      },
    },
    bus: { publish },
    log: { info() {}, warn: (message) => void warnings.push(message), error() {} },
    meter: { stepped() {}, failed() {}, measured: (_ref, times) => void measured.push(times) },
    now,
  };
}

const metric = aMetric({ interval: '5s', count: 2, failureLimit: 1 });

async function created(spec: Parameters<typeof aRun>[0] = { spec: { metrics: [metric] } }): Promise<ObjectRef> {
  const { metadata } = await cluster.create('AnalysisRun', aRun(spec));
  const { namespace = '', name = '', uid = '' } = metadata;
  return { cluster: 'c1', kind: 'AnalysisRun', namespace, name, uid };
}

const stored = (ref: ObjectRef) => cluster.get('AnalysisRun', ref);

test('a clock that is set while the status is being written does not alter the wait', async () => {
  const ref = await created();
  let setting: ClockSetting | undefined;
  const slow: Cluster = {
    ...cluster,
    async patch(kind, key, patch) {
      setting = { fromMs: T0, toMs: T0 - 3_600_000 };
      return cluster.patch(kind, key, patch);
    },
  };
  const moment = () => (setting ? new Moment(setting.toMs, [setting]) : new Moment(T0, []));
  await step(ref, { ...portsOf(slow), now: moment });
  expect(sent).toEqual([{ name: ref.name, at: new Date(T0 - 3_600_000 + 5001) }]);
});

test('a run is measured at its interval until its verdict, which is written with its events and its label', async () => {
  const ref = await created();
  await step(ref, portsOf());
  expect((await stored(ref))?.status).toMatchObject({ phase: 'Running', metricResults: [{ count: 1 }] });
  expect(sent).toEqual([{ name: ref.name, at: after(5001) }]);

  clock = T0 + 5001;
  await step(ref, portsOf());
  const run = await stored(ref);
  expect(run?.status).toMatchObject({ phase: 'Successful', completedAt: '2026-11-05T10:00:05Z' });
  expect(run?.metadata.labels).toMatchObject({ 'assay.dev/finished': 'true' });
  expect(sent).toHaveLength(1);
  const at = (ms: number) => after(ms).getTime();
  expect(measured).toEqual([
    { metric: metric.name, startedMs: T0, finishedMs: T0 },
    { metric: metric.name, startedMs: at(5001), finishedMs: at(5001), previousMs: at(-250), intervalMs: 5000 },
  ]);
  expect(cluster.objects('Event').map(({ reason }) => reason)).toEqual(['MetricSuccessful', 'AnalysisRunSuccessful']);
});

test('a step that finds nothing to do writes nothing', async () => {
  const ref = await created();
  await step(ref, portsOf());
  const before = (await stored(ref))?.metadata.resourceVersion;
  clock += 1000;
  await step(ref, portsOf());
  expect((await stored(ref))?.metadata.resourceVersion).toBe(before);
  // The status keeps whole seconds: told from it alone, the interval counts from 10:00:00.
  expect(sent.at(-1)?.at).toEqual(after(-250 + 5001));
});

/** The cluster as it is, but that somebody writes just before our own write. */
function raced(patch: Record<string, unknown>): Cluster {
  let isFirst = true;
  return {
    ...cluster,
    async patch(kind, key, ours) {
      if (isFirst) await cluster.patch(kind, key, patch);
      isFirst = false;
      return cluster.patch(kind, key, ours);
    },
  };
}

test('a step that found nothing new and wants the next at once has it a second later', async () => {
  const job = { spec: { template: { spec: { containers: [] } } } };
  const ref = await created({ spec: { metrics: [aMetric({ provider: { job } })] } });
  await step(ref, portsOf());
  const { metadata } = (await stored(ref)) ?? {};
  await step(ref, portsOf());
  // The Job has only just begun: it asks to be looked at within this second, which is all that a status knows of it.
  expect((await stored(ref))?.metadata).toEqual(metadata);
  expect(sent).toEqual([
    { name: ref.name, at: after(0) },
    { name: ref.name, at: after(1000) },
  ]);
});

test.each([
  { what: 'the status', patch: { status: { phase: 'Running' } } },
  { what: 'the specification', patch: { spec: { terminate: true } } },
])('somebody else changed $what first: the result is dropped, nothing is recorded, nothing enqueued', async (row) => {
  const ref = await created();
  await step(ref, portsOf(raced(row.patch)));
  expect((await stored(ref))?.status?.metricResults).toBeUndefined();
  expect(sent).toEqual([]);
  expect(cluster.objects('Event')).toEqual([]);
});

test('a status that is too large ends the run with Error, which its Event and the bus tell, and is looked at again', async () => {
  const ref = await created();
  let tries = 0;
  const full: Cluster = {
    ...cluster,
    patch: async (kind, key, patch) => {
      tries += 1;
      if (tries === 1) throw new AssayError('ASSAY_CLUSTER_TOO_LARGE', 'etcdserver: request is too large');
      return cluster.patch(kind, key, patch);
    },
  };
  await step(ref, portsOf(full));
  const run = await stored(ref);
  expect(run?.status).toMatchObject({ phase: 'Error', message: expect.stringContaining('more than the API server') });
  expect(run?.metadata.labels).toBeUndefined();
  expect(cluster.objects('Event').map(({ reason }) => reason)).toEqual(['AnalysisRunError']);
  expect(published.flat().map(({ detailType }) => detailType)).toEqual(['AnalysisRun Error']);
  expect(sent).toEqual([{ name: ref.name, at: after(0) }]);

  await step(ref, portsOf());
  expect((await stored(ref))?.metadata.labels).toEqual({ 'assay.dev/finished': 'true' });
});

test('somebody else changed nothing but labels first: the result is written all the same', async () => {
  const ref = await created();
  await step(ref, portsOf(raced({ metadata: { labels: { touched: 'true' } } })));
  const run = await stored(ref);
  expect(run?.metadata.labels).toEqual({ touched: 'true' });
  expect(run?.status).toMatchObject({ metricResults: [{ count: 1 }] });
  expect(sent).toHaveLength(1);
});

test('but not for ever', async () => {
  const ref = await created();
  let version = 0;
  const restless: Cluster = {
    ...cluster,
    async patch(kind, key, ours) {
      await cluster.patch(kind, key, { metadata: { labels: { version: String((version += 1)) } } });
      return cluster.patch(kind, key, ours);
    },
  };
  await step(ref, portsOf(restless));
  expect((await stored(ref))?.status).toBeUndefined();
  expect(version).toBe(5);
  expect(sent).toEqual([]);
});

test('two steps at once: one measurement is recorded, one goes on', async () => {
  const ref = await created();
  await Promise.all([step(ref, portsOf()), step(ref, portsOf())]);
  expect((await stored(ref))?.status?.metricResults?.[0]?.measurements).toHaveLength(1);
  expect(sent).toHaveLength(1);
});

test('a run deleted meanwhile is done', async () => {
  const ref = await created();
  const deleting: Cluster = {
    ...cluster,
    patch: async (kind, key, patch) => {
      await cluster.delete(kind, key);
      return cluster.patch(kind, key, patch);
    },
  };
  await step(ref, portsOf(deleting));
  expect(sent).toEqual([]);
});

test.each([
  { name: 'gone', ref: { name: 'other' } },
  { name: 'of the same name but another uid', ref: { uid: 'other' } },
])('an object that is $name is left alone', async ({ ref }) => {
  const real = await created();
  await step({ ...real, ...ref }, portsOf());
  expect((await stored(real))?.status).toBeUndefined();
  expect(sent).toEqual([]);
});

test('a forged message about an unknown kind is a bug, not a step', async () => {
  const ref = await created();
  await expect(step({ ...ref, kind: 'Secret' }, portsOf())).rejects.toThrow(RangeError);
});

test('a cluster that cannot be reached is tried again', async () => {
  const ref = await created();
  cluster.setReachable(false);
  await expect(step(ref, portsOf())).rejects.toMatchObject({ code: 'ASSAY_CLUSTER_UNREACHABLE', retry: true });
});

test('an event that cannot be recorded does not undo the step', async () => {
  const ref = await created({ spec: { metrics: [aMetric()] } });
  const mute: Cluster = {
    ...cluster,
    recordEvent: () => Promise.reject(new AssayError('ASSAY_CLUSTER_DENIED', 'events are forbidden')),
  };
  await step(ref, portsOf(mute));
  expect((await stored(ref))?.status?.phase).toBe('Successful');
  expect(warnings).toEqual(['event not recorded', 'event not recorded']);
});

test('a metric that fails ends the others at once, not at their next measurement', async () => {
  const ref = await created({
    spec: {
      metrics: [
        aMetric({ name: 'slow', interval: '1h', count: 3 }),
        aMetric({ name: 'bad', successCondition: 'false' }),
      ],
    },
  });
  await step(ref, portsOf());
  expect((await stored(ref))?.status?.phase).toBe('Running');
  expect(sent).toEqual([{ name: ref.name, at: now() }]);
  await step(ref, portsOf());
  expect((await stored(ref))?.status?.phase).toBe('Failed');
});

test('a provider that fails is a measurement of phase Error, tried again after ten seconds', async () => {
  answer = { status: 400, body: JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' }) };
  const ref = await created({ spec: { metrics: [aMetric()] } });
  await step(ref, portsOf());
  expect((await stored(ref))?.status?.metricResults?.[0]).toMatchObject({ phase: 'Running', error: 1 });
  expect(sent).toEqual([{ name: ref.name, at: after(10_001) }]);
});

test('a run with a time to live is deleted after it, and is not labelled before', async () => {
  const ref = await created({ spec: { metrics: [aMetric()], ttlStrategy: { secondsAfterCompletion: 30 } } });
  await step(ref, portsOf());
  expect((await stored(ref))?.metadata.labels).toBeUndefined();
  expect(sent).toEqual([{ name: ref.name, at: after(-250 + 31_000) }]);
  clock = T0 - 250 + 31_000;
  await step(ref, portsOf());
  expect(await stored(ref)).toBeUndefined();
  expect(sent).toHaveLength(1);
});

test('who takes the status of a finished run away has it begin anew, and be found by a resync again', async () => {
  const ref = await created({
    metadata: { labels: { 'assay.dev/finished': 'true', team: 'web' } },
    spec: { metrics: [metric] },
  });
  await step(ref, portsOf());
  const run = await stored(ref);
  expect(run?.status?.phase).toBe('Running');
  expect(run?.metadata.labels).toEqual({ team: 'web' });
});

test.each([
  { name: 'a list for a time', startedAt: ['now'], says: 'expected a string, got a list' },
  {
    name: 'an offset that no clock has',
    startedAt: '2026-11-05T10:00:00-24:00',
    says: 'expected an RFC 3339 time such as 2026-11-05T10:00:00Z, got "2026-11-05T10:00:00-24:00"',
  },
])('a run that cannot be read is an error at once, without a look at the rest: $name', async ({ startedAt, says }) => {
  const odd = { ...aRun(), status: { phase: 'Running', startedAt } } as object as AnalysisRun;
  const { metadata } = await cluster.create('AnalysisRun', odd);
  const ref = {
    cluster: 'c1',
    kind: 'AnalysisRun',
    namespace: 'shop',
    name: 'guestbook-6fd5',
    uid: metadata.uid ?? '',
  };
  await step(ref, portsOf());
  const run = await stored(ref);
  expect(run?.status).toMatchObject({
    phase: 'Error',
    message: `AnalysisRun cannot be read: status.startedAt: ${says}`,
  });
  expect(run?.metadata.labels).toEqual({ 'assay.dev/finished': 'true' });
  expect(cluster.objects('Event').map(({ reason }) => reason)).toEqual(['AnalysisRunError']);
  expect(sent).toEqual([]);
});

/** The cluster as it is, but for its secrets. */
const failing = (error: AssayError): Cluster => ({
  ...cluster,
  async get(kind, key) {
    if (kind === 'Secret') throw error;
    return cluster.get(kind, key);
  },
});

test('a missing secret ends the run; one that may not be read does too; a cluster that does not answer does not', async () => {
  const args = [{ name: 'token', valueFrom: { secretKeyRef: { name: 'cred', key: 'token' } } }];
  const spec = { metrics: [aMetric()], args };
  const missing = await created({ metadata: { name: 'missing' }, spec });
  await step(missing, portsOf());
  expect((await stored(missing))?.status).toMatchObject({
    phase: 'Error',
    message: expect.stringContaining('secrets "cred" not found'),
  });

  const denied = await created({ metadata: { name: 'denied' }, spec });
  await step(denied, portsOf(failing(new AssayError('ASSAY_CLUSTER_DENIED', 'secrets "cred" is forbidden'))));
  expect((await stored(denied))?.status).toMatchObject({
    phase: 'Error',
    message: expect.stringContaining('is forbidden'),
  });

  const away = await created({ metadata: { name: 'away' }, spec });
  const error = new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'no answer', { retry: true });
  await expect(step(away, portsOf(failing(error)))).rejects.toBe(error);
  expect((await stored(away))?.status).toBeUndefined();
});

test('what has had its time and may not be deleted: the step fails, to be tried again', async () => {
  const status = { phase: 'Successful', completedAt: '2026-11-05T09:00:00Z' } as const;
  const ref = await created({ spec: { metrics: [metric], ttlStrategy: { secondsAfterCompletion: 30 } }, status });
  const denying: Cluster = {
    ...cluster,
    delete: () => Promise.reject(new AssayError('ASSAY_CLUSTER_DENIED', 'deleting is forbidden', { cluster: 'c1' })),
  };
  const failure = { code: 'ASSAY_STEP_FAILED', message: 'deleting is forbidden', retry: true };
  await expect(step(ref, portsOf(denying))).rejects.toMatchObject(failure);
  expect(await stored(ref)).toMatchObject({ status });
  expect(sent).toEqual([]);
});

describe('the version of a message', () => {
  test('a step that wrote sends the version that its write made', async () => {
    const ref = await created();
    await step(ref, portsOf(), 'forged');
    expect(versions).toEqual([(await stored(ref))?.metadata.resourceVersion]);
  });

  test.each([
    { name: 'is the one of the object: nobody else looks after it', of: (current: string) => current, sends: 1 },
    { name: 'is another: who changed the object looks after it', of: (current: string) => `${current}0`, sends: 0 },
    { name: 'is empty, as in an event: the same', of: () => '', sends: 0 },
  ])('where nothing is due and it $name', async ({ of, sends }) => {
    const ref = await created();
    await step(ref, portsOf());
    const version = (await stored(ref))?.metadata.resourceVersion ?? '';
    [sent, versions] = [[], []];
    await step(ref, portsOf(), of(version));
    expect(sent).toHaveLength(sends);
    expect(versions).toEqual(Array.from({ length: sends }, () => version));
  });

  test('the same message three times at once: one measurement, one message', async () => {
    const ref = await created();
    const { metadata } = (await stored(ref)) ?? aRun();
    await Promise.all([1, 2, 3].map(() => step(ref, portsOf(), metadata.resourceVersion)));
    expect((await stored(ref))?.status?.metricResults?.[0]?.measurements).toHaveLength(1);
    expect(sent).toHaveLength(1);
  });
});

describe('outcomes', () => {
  const badRun = { spec: { metrics: [aMetric({ name: 'bad', successCondition: 'false', failureLimit: 0 })] } };

  test('the end of a run, and the measurement that failed, are published in one call', async () => {
    const ref = await created(badRun);
    await step(ref, portsOf());
    const key = { ...ref, startedAt: '2026-11-05T10:00:00Z', finishedAt: '2026-11-05T10:00:00Z', phase: 'Failed' };
    expect(published).toEqual([
      [
        {
          source: 'assay',
          detailType: 'Measurement Failed',
          detail: { ...key, message: '', metric: 'bad', value: '[1]' },
        },
        {
          source: 'assay',
          detailType: 'AnalysisRun Failed',
          detail: { ...key, message: expect.stringContaining('Metric "bad" assessed Failed') },
        },
      ],
    ]);
  });

  test('a run that goes on, a step that lost, and one that has nothing to write tell nothing', async () => {
    const ref = await created();
    await step(ref, portsOf());
    await step(ref, portsOf());
    const lost = await created({ ...badRun, metadata: { name: 'lost' } });
    await step(lost, portsOf(raced({ status: { phase: 'Running' } })));
    expect(published).toEqual([]);
  });

  test('a bus that is away costs a line in the log, and nothing else', async () => {
    publish = () => Promise.reject(new AssayError('ASSAY_BUS_UNREACHABLE', 'no answer', { retry: true }));
    const ref = await created(badRun);
    await step(ref, portsOf());
    expect((await stored(ref))?.status?.phase).toBe('Failed');
    expect(warnings).toEqual(['outcomes not published']);
  });

  test('a bus that does not answer is waited for for two seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      publish = () => new Promise(() => {});
      const ref = await created(badRun);
      const stepping = step(ref, portsOf());
      await vi.advanceTimersByTimeAsync(2000);
      await stepping;
      expect(warnings).toEqual(['outcomes not published']);
    } finally {
      vi.useRealTimers();
    }
  });
});
