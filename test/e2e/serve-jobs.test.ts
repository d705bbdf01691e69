import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalysisRunSpec, Metric } from '../../lib/model/analysis-run.ts';
import { type AnalysisCluster, NAMESPACE, pausesOf, resultOf, borrowAnalysisCluster } from './analysis-cluster.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type Kubelet, startKubelet } from './servers/kubelet.ts';
import { waitFor } from './servers/wait-for.ts';

/** Every run is created before the first test, so that their Jobs run side by side. */
const SPECS = {
  passes: specOf({ command: ['true'] }),
  fails: specOf({ command: ['sh', '-c', 'exit 3'] }),
  'too-slow': specOf({ command: ['sleep', '60'], activeDeadlineSeconds: 1 }),
  'no-image': specOf({ command: ['true'], image: 'missing/tool:1' }),
  refused: specOf({ command: ['true'], restartPolicy: 'Always' }),
  collected: {
    ...specOf({ command: ['true'], metric: { interval: '1s', count: 4 } }),
    measurementRetention: [{ metricName: 'job', limit: 2 }],
  },
  stopped: specOf({ command: ['sleep', '60'] }),
  deleted: specOf({ command: ['sleep', '60'] }),
  secret: {
    ...specOf({ command: ['sh', '-c', 'test "$TOKEN" = s3same'], env: [{ name: 'TOKEN', value: '{{args.token}}' }] }),
    args: [{ name: 'token', valueFrom: { secretKeyRef: { name: 'credentials', key: 'token' } } }],
  },
} satisfies Record<string, AnalysisRunSpec>;

describe.skipIf(!(await serversAvailable()))('what is measured with Jobs', () => {
  let cluster: AnalysisCluster;
  let kubelet: Kubelet;
  let assay: AssayServe;

  beforeAll(async () => {
    cluster = await borrowAnalysisCluster();
    const { plane } = cluster;
    kubelet = await startKubelet(plane);
    await waitFor('the service account that pods run as', () =>
      plane.api.call(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`),
    );
    await plane.kubectl(['create', 'secret', 'generic', 'credentials', '-n', NAMESPACE, '--from-literal=token=s3same']);
    assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath });
    await Promise.all(Object.entries(SPECS).map(async ([name, spec]) => cluster.createRun(name, spec)));
  });
  afterAll(async () => {
    await assay?.stop();
    await kubelet?.stop();
    await cluster?.stop();
  });

  test('one that succeeds; the Job carries what Argo gives it', async () => {
    const run = await cluster.ended('passes');
    const { uid = '' } = run.metadata;
    const name = `${uid}.job.1`;
    expect(run.status).toMatchObject({
      phase: 'Successful',
      metricResults: [
        {
          count: 1,
          measurements: [{ phase: 'Successful', metadata: { 'job-name': name, 'job-namespace': NAMESPACE } }],
        },
      ],
    });
    const jobs = await cluster.jobs(run);
    expect(jobs).toMatchObject([
      {
        metadata: {
          name,
          labels: { 'analysisrun.argoproj.io/uid': uid, team: 'web' },
          annotations: {
            'analysisrun.argoproj.io/name': 'passes',
            'analysisrun.argoproj.io/namespace': NAMESPACE,
            'analysisrun.argoproj.io/metric-name': 'job',
          },
          ownerReferences: [
            {
              apiVersion: 'argoproj.io/v1alpha1',
              kind: 'AnalysisRun',
              name: 'passes',
              uid,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: { template: { metadata: { labels: { 'analysisrun.argoproj.io/uid': uid } } } },
      },
    ]);
  });

  test.each([
    { name: 'fails', phase: 'Failed', message: 'Job has reached the specified backoff limit' },
    { name: 'too-slow', phase: 'Failed', message: 'Job was active longer than specified deadline' },
    {
      name: 'no-image',
      phase: 'Inconclusive',
      message: expect.stringMatching(
        /^Pod \S+, container main has terminal error \((ErrImagePull|ImagePullBackOff)\): .*missing\/tool:1: not found$/m,
      ),
    },
    {
      name: 'refused',
      phase: 'Error',
      message: expect.stringMatching(/^Job\.batch "\S+\.job\.1" is invalid: .*restartPolicy/),
    },
  ])('$name: $phase, and why', async ({ name, phase, message }) => {
    const run = await cluster.ended(name);
    expect(run.status?.phase).toBe(phase);
    expect(resultOf(run).measurements).toMatchObject([{ phase, message }]);
  });

  test('secrets reach the Job', async () => {
    expect((await cluster.ended('secret')).status?.phase).toBe('Successful');
  });

  test('a Job a measurement; those that the status forgets are deleted', async () => {
    const run = await cluster.ended('collected');
    const result = resultOf(run);
    expect(result).toMatchObject({ phase: 'Successful', count: 4, successful: 4 });
    const kept = [3, 4].map((index) => `${run.metadata.uid}.job.${index}`);
    expect(result.measurements?.map(({ metadata }) => metadata?.['job-name'])).toEqual(kept);
    expect(pausesOf(result).every((seconds) => seconds >= 1)).toBe(true);
    await waitFor('the older Jobs to go', async () => (await cluster.jobs(run)).length <= 2);
    expect((await cluster.jobs(run)).map(({ metadata }) => metadata.name)).toEqual(kept);
  });

  test('terminate deletes the Job under way', async () => {
    await waitFor('the Job', async () => (await cluster.jobs(await cluster.run('stopped'))).length === 1);
    await cluster.runOnce('stopped', 'to wait for it', (run) => run.status?.metricResults !== undefined);
    await cluster.patchRun('stopped', { spec: { terminate: true } });
    const run = await cluster.ended('stopped');
    expect(run.status).toMatchObject({ phase: 'Inconclusive' });
    expect(resultOf(run).measurements).toMatchObject([{ phase: 'Inconclusive', message: 'Metric Terminated' }]);
    await waitFor('the Job to go', async () => (await cluster.jobs(run)).length === 0);
  });

  test('a run that is deleted takes its Job along', async () => {
    const run = await cluster.runOnce('deleted', 'to begin', ({ status }) => status?.metricResults !== undefined);
    expect(await cluster.jobs(run)).toHaveLength(1);
    await cluster.deleteRun('deleted');
    await waitFor('the Job to go', async () => (await cluster.jobs(run)).length === 0);
    expect(await cluster.isGone('deleted')).toBe(true);
  });
});

interface JobCase {
  readonly command: readonly string[];
  readonly image?: string;
  readonly env?: readonly object[];
  readonly restartPolicy?: string;
  readonly activeDeadlineSeconds?: number;
  readonly metric?: Partial<Metric>;
}

function specOf({ command, image = 'tool:1', env = [], restartPolicy = 'Never', ...more }: JobCase): AnalysisRunSpec {
  const { metric, ...jobSpec } = more;
  const pod = { restartPolicy, terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image, command, env }] };
  const job = { metadata: { labels: { team: 'web' } }, spec: { backoffLimit: 0, ...jobSpec, template: { spec: pod } } };
  return { metrics: [{ name: 'job', consecutiveErrorLimit: 0, provider: { job }, ...metric }] };
}
