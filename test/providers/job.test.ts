import { describe, expect, test } from 'vitest';
import { AssayError } from '../../lib/model/errors.ts';
import type { Job, Pod } from '../../lib/model/kubernetes.ts';
import type { JobContext } from '../../lib/model/provider.ts';
import type { JobMetric } from '../../lib/model/providers/job.ts';
import { job } from '../../lib/providers/job.ts';
import { aMeasurement, aRun } from '../builders.ts';
import { aContext, NOW } from './context.ts';

const LABEL = 'analysisrun.argoproj.io/uid';
const run = aRun();
const spec: JobMetric = {
  metadata: { labels: { team: 'shop', [LABEL]: 'forged' }, annotations: { note: 'kept' } },
  spec: {
    backoffLimit: 1,
    template: {
      metadata: { labels: { app: 'smoke' }, annotations: { 'sidecar.istio.io/inject': 'false' } },
      spec: { containers: [{ name: 'main', image: 'busybox' }], restartPolicy: 'Never' },
    },
  },
};
const KEY = { namespace: 'shop', name: '5a1c.smoke.1' };
const waiting = (reason: string) => [{ name: 'main', state: { waiting: { reason, message: 'no such image' } } }];
const METADATA = { 'job-name': KEY.name, 'job-namespace': KEY.namespace };
const started = aMeasurement({ phase: 'Running', startedAt: '2026-11-05T09:59:10Z', metadata: METADATA });

const OWNER = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', name: 'guestbook-6fd5', uid: '5a1c' };
const ownerReferences = [{ ...OWNER, controller: true, blockOwnerDeletion: true }];

/** Of `run`, unless its owner is somebody else. */
function aJob(override: Partial<Job['metadata']> = {}): Job {
  const selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': 'x' } };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...KEY, ownerReferences, ...override },
    spec: { selector },
  };
}

const STRANGERS = [
  { name: 'of another run', owners: [{ ...OWNER, name: 'other', uid: 'uid-2', controller: true }] },
  { name: 'of nobody', owners: [] },
  { name: 'of this run, which does not control it', owners: [OWNER] },
];

/** A cluster that has the run, and another: Jobs of owners that are not there are garbage. */
async function withRun(override: Partial<JobContext> = {}) {
  const context = aContext({ key: { uid: '5a1c', metric: 'smoke', number: 1 }, ...override });
  await context.cluster.create('AnalysisRun', run);
  await context.cluster.create('AnalysisRun', aRun({ metadata: { name: 'other' } }));
  return context;
}

describe('read', () => {
  test('creates the Job as Argo does, and looks at it at once', async () => {
    const context = await withRun();
    expect(await job.read(spec, context)).toEqual({ is: 'pending', resumeAt: NOW, metadata: METADATA });
    const [created] = context.cluster.objects('Job');
    expect(created?.metadata).toMatchObject({
      ...KEY,
      labels: { team: 'shop', [LABEL]: '5a1c' },
      annotations: {
        note: 'kept',
        'analysisrun.argoproj.io/name': 'guestbook-6fd5',
        'analysisrun.argoproj.io/namespace': 'shop',
        'analysisrun.argoproj.io/metric-name': 'smoke',
      },
      ownerReferences,
    });
    expect(created?.spec).toEqual({
      backoffLimit: 1,
      template: {
        metadata: { labels: { app: 'smoke', [LABEL]: '5a1c' }, annotations: { 'sidecar.istio.io/inject': 'false' } },
        spec: { containers: [{ name: 'main', image: 'busybox' }], restartPolicy: 'Never' },
      },
    });
  });

  test('names the Job after the measurement', async () => {
    const context = await withRun({ key: { uid: '5a1c', metric: 'smoke', number: 6 } });
    await job.read(spec, context);
    expect(context.cluster.objects('Job')[0]?.metadata.name).toBe('5a1c.smoke.6');
  });

  test('takes the Job that this run created before', async () => {
    const context = await withRun();
    await job.read(spec, context);
    expect(await job.read(spec, context)).toMatchObject({ is: 'pending', metadata: METADATA });
    expect(context.cluster.objects('Job')).toHaveLength(1);
  });

  test('shares no Job with a metric whose name is cut to the same, however often it is begun', async () => {
    const context = await withRun();
    const uid = '0a1b2c3d-0000-4444-8888-123456789abc';
    const begin = async (metric: string) => {
      const reading = await job.read(spec, { ...context, key: { uid, metric, number: 1 } });
      return reading.metadata?.['job-name'];
    };
    const names = [`${uid}.checkout-service-respond.1`, `${uid}.checkout-servic-a56bfada.1`];
    expect(await Promise.all([begin('checkout-service-responds'), begin('checkout-service-responds-right')])).toEqual(
      names,
    );
    expect([await begin('checkout-service-responds'), await begin('checkout-service-responds-right')]).toEqual(names);
    expect(context.cluster.objects('Job')).toHaveLength(2);
  });

  test.each(STRANGERS)('does not take a Job $name', async ({ owners }) => {
    const context = await withRun();
    await context.cluster.create('Job', aJob({ ownerReferences: owners, labels: { [LABEL]: '5a1c' } }));
    expect(await job.read(spec, context)).toEqual({
      is: 'verdict',
      phase: 'Error',
      message: expect.stringContaining('already exists'),
    });
  });

  test.each([
    { given: 0, want: 600 },
    { given: 599, want: 600 },
    { given: 3600, want: 3600 },
    { given: undefined, want: undefined },
    { given: -1, want: -1 },
  ])('a time to live of $given becomes $want: the Job is there until its end is read', async ({ given, want }) => {
    const context = await withRun();
    const ttl = given === undefined ? {} : { ttlSecondsAfterFinished: given };
    await job.read({ ...spec, spec: { ...spec.spec, ...ttl } }, context);
    expect(context.cluster.objects('Job')[0]?.spec?.['ttlSecondsAfterFinished']).toBe(want);
  });

  test('what the API server refuses is an Error in its own words, without the name of the cluster', async () => {
    const context = await withRun();
    const refused = new AssayError('ASSAY_CLUSTER_REFUSED', 'Job.batch "j" is invalid: spec', { cluster: 'c1' });
    const jobs = { ...context.jobs, create: () => Promise.reject(refused) };
    expect(await job.read(spec, { ...context, jobs })).toMatchObject({ message: 'Job.batch "j" is invalid: spec' });
  });

  test('a cluster that is away is an Error', async () => {
    const context = await withRun();
    context.cluster.setReachable(false);
    expect(await job.read(spec, context)).toMatchObject({ phase: 'Error', message: 'no answer' });
  });
});

describe('resume', () => {
  const failed = { type: 'Failed', status: 'True' };
  const backoff = 'Job has reached the specified backoff limit';
  const deadline = 'Job was active longer than specified deadline';

  test.each([
    { name: 'completed', conditions: [{ type: 'Complete', status: 'True' }], want: { phase: 'Successful' } },
    {
      name: 'failed',
      conditions: [{ ...failed, reason: 'BackoffLimitExceeded', message: backoff }],
      want: { phase: 'Failed', message: backoff },
    },
    {
      name: 'took too long',
      conditions: [
        { type: 'FailureTarget', status: 'True', message: 'about to fail' },
        { ...failed, reason: 'DeadlineExceeded', message: deadline },
      ],
      want: { phase: 'Failed', message: deadline },
    },
    { name: 'failed without a word', conditions: [failed], want: { phase: 'Failed' } },
    {
      name: 'the last condition counts, whatever its status',
      conditions: [failed, { type: 'Complete', status: 'False' }],
      want: { phase: 'Successful' },
    },
  ])('$name', async ({ conditions, want }) => {
    const context = await withRun();
    await context.cluster.create('Job', aJob());
    context.cluster.writeStatus('Job', KEY, { conditions });
    const reading = await job.resume?.(spec, started, context);
    expect(reading).toEqual({ is: 'verdict', ...want, metadata: METADATA });
  });

  test.each([
    { name: 'new', conditions: [] },
    { name: 'suspended', conditions: [{ type: 'Suspended', status: 'True' }] },
    { name: 'about to end', conditions: [{ type: 'SuccessCriteriaMet', status: 'True' }] },
  ])('$name is pending, for a time that grows as it runs', async ({ conditions }) => {
    const context = await withRun({ now: () => new Date('2026-11-05T10:00:00Z') });
    await context.cluster.create('Job', aJob());
    context.cluster.writeStatus('Job', KEY, { conditions });
    expect(await job.resume?.(spec, started, context)).toEqual({
      is: 'pending',
      resumeAt: new Date('2026-11-05T10:00:10Z'), // The root of twice 50 s.
      metadata: METADATA,
    });
  });

  test.each([
    { name: 'a Job that is gone', measurement: started, message: 'job.batch "5a1c.smoke.1" not found' },
    { name: 'no metadata', measurement: aMeasurement({ phase: 'Running' }), message: 'job metadata reference missing' },
    {
      name: 'no name',
      measurement: aMeasurement({ phase: 'Running', metadata: { 'job-namespace': 'shop' } }),
      message: 'job metadata reference missing',
    },
  ])('$name is an Error', async ({ measurement, message }) => {
    const reading = await job.resume?.(spec, measurement, await withRun());
    expect(reading).toEqual({ is: 'verdict', phase: 'Error', message });
  });

  test('looks, and deletes, in the namespace of the run, whatever the measurement names', async () => {
    const context = await withRun();
    await context.cluster.create('Job', aJob());
    await context.cluster.create('Job', aJob({ namespace: 'bank', ownerReferences: [] }));
    const measurement = { ...started, metadata: { 'job-name': KEY.name, 'job-namespace': 'bank' } };
    expect(await job.resume?.(spec, measurement, context)).toMatchObject({ is: 'pending' });
    await job.terminate?.(spec, measurement, context);
    expect(context.cluster.objects('Job').map(({ metadata }) => metadata.namespace)).toEqual(['bank']);
  });
});

describe('an image that cannot be pulled', () => {
  const labels = { 'batch.kubernetes.io/controller-uid': 'x' };
  const aPod = (name: string, podLabels: Readonly<Record<string, string>> = labels): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: podLabels },
  });

  test.each([
    { name: 'of a container', status: { containerStatuses: waiting('ImagePullBackOff') }, reason: 'ImagePullBackOff' },
    { name: 'at first', status: { containerStatuses: waiting('ErrImagePull') }, reason: 'ErrImagePull' },
    {
      name: 'of an init container, which counts first',
      status: { containerStatuses: waiting('ErrImagePull'), initContainerStatuses: waiting('InvalidImageName') },
      reason: 'InvalidImageName',
    },
  ])('$name is Inconclusive', async ({ status, reason }) => {
    const context = await withRun();
    await context.cluster.create('Job', aJob());
    await context.cluster.create('Pod', aPod('smoke-1'));
    context.cluster.writeStatus('Pod', { namespace: 'shop', name: 'smoke-1' }, status);
    expect(await job.resume?.(spec, started, context)).toEqual({
      is: 'verdict',
      phase: 'Inconclusive',
      message: `Pod smoke-1, container main has terminal error (${reason}): no such image\n`,
      metadata: METADATA,
    });
  });

  test.each([
    { name: 'waits for something else', labels, status: { containerStatuses: waiting('ContainerCreating') } },
    { name: 'is another Job’s', labels: { other: 'x' }, status: { containerStatuses: waiting('ErrImagePull') } },
    { name: 'has not been looked at', labels, status: {} },
  ])('a pod that $name changes nothing', async ({ status, ...row }) => {
    const context = await withRun();
    await context.cluster.create('Job', aJob());
    await context.cluster.create('Pod', aPod('smoke-1', row.labels));
    context.cluster.writeStatus('Pod', { namespace: 'shop', name: 'smoke-1' }, status);
    expect(await job.resume?.(spec, started, context)).toMatchObject({ is: 'pending' });
  });

  test('a Job that ended has ended, whatever its pods wait for', async () => {
    const context = await withRun();
    await context.cluster.create('Job', aJob());
    context.cluster.writeStatus('Job', KEY, { conditions: [{ type: 'Failed', status: 'True' }] });
    await context.cluster.create('Pod', aPod('smoke-1'));
    context.cluster.writeStatus(
      'Pod',
      { namespace: 'shop', name: 'smoke-1' },
      { containerStatuses: waiting('ErrImagePull') },
    );
    expect(await job.resume?.(spec, started, context)).toMatchObject({ phase: 'Failed' });
  });
});

describe('terminate', () => {
  test('deletes the Job', async () => {
    const context = await withRun();
    await context.cluster.create('Job', aJob());
    const reading = await job.terminate?.(spec, started, context);
    expect(reading).toEqual({ is: 'verdict', phase: 'Inconclusive', metadata: METADATA });
    expect(context.cluster.objects('Job')).toEqual([]);
  });

  test('a Job that is gone is no error', async () => {
    const reading = await job.terminate?.(spec, started, await withRun());
    expect(reading).toMatchObject({ phase: 'Inconclusive' });
  });

  test('a measurement without Job is an Error', async () => {
    const reading = await job.terminate?.(spec, aMeasurement({ phase: 'Running' }), await withRun());
    expect(reading).toMatchObject({ phase: 'Error', message: 'job metadata reference missing' });
  });
});

test.each([
  { keep: 2, left: ['c', 'd'] },
  { keep: 0, left: [] },
  { keep: 9, left: ['a', 'b', 'c', 'd'] },
])('collect keeps the newest $keep of the run, and those of others', async ({ keep, left }) => {
  let second = 0;
  const context = await withRun({ now: () => new Date(NOW.getTime() + second++ * 1000) });
  for (const name of ['b', 'a', 'c', 'd'])
    await context.cluster.create('Job', aJob({ name, labels: { [LABEL]: '5a1c' } }));
  await context.cluster.create('Job', aJob({ name: 'other', labels: { [LABEL]: 'another' }, ownerReferences: [] }));
  await context.cluster.create(
    'Job',
    aJob({ name: 'elsewhere', namespace: 'bank', labels: { [LABEL]: '5a1c' }, ownerReferences: [] }),
  );
  await job.collect?.(spec, keep, context);
  const names = context.cluster.objects('Job').map(({ metadata }) => metadata.name);
  expect(names).toEqual(['elsewhere', ...left, 'other']);
});

describe('a Job that a status names, and the run does not control', () => {
  const ended = { conditions: [{ type: 'Complete', status: 'True' }] };

  test.each(STRANGERS)('$name is not there, and stays', async ({ owners }) => {
    const context = await withRun();
    const labels = { [LABEL]: '5a1c' };
    await context.cluster.create('Job', aJob({ name: 'nightly-backup', ownerReferences: owners, labels }));
    context.cluster.writeStatus('Job', { namespace: 'shop', name: 'nightly-backup' }, ended);
    const named = { ...started, metadata: { 'job-name': 'nightly-backup', 'job-namespace': 'shop' } };

    expect(await job.hasEnded?.(spec, named, context)).toBe(false);
    expect(await job.resume?.(spec, named, context)).toEqual({
      is: 'verdict',
      phase: 'Error',
      message: 'job.batch "nightly-backup" not found',
    });
    expect(await job.terminate?.(spec, named, context)).toMatchObject({ phase: 'Inconclusive' });
    await job.collect?.(spec, 0, context);
    expect(context.cluster.objects('Job')).toHaveLength(1);
  });
});
