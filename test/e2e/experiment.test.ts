import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { type AnalysisCluster, NAMESPACE, borrowAnalysisCluster } from './analysis-cluster.ts';
import {
  aJobTemplate,
  anAnalysis,
  aPodTemplate,
  type ExperimentCluster,
  openExperimentCluster,
} from './experiment-cluster.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type Kubelet, startKubelet } from './servers/kubelet.ts';
import { waitFor } from './servers/wait-for.ts';

type Scalable = KubernetesObject & { readonly spec: { readonly replicas: number }; readonly status: object };
type Service = KubernetesObject & { readonly spec: object };
const REPLICA_SETS = 'apps/v1/replicasets';
const SERVICES = 'v1/services';
const RUNS = 'argoproj.io/v1alpha1/analysisruns';

describe.skipIf(!(await serversAvailable()))('experiments', () => {
  let cluster: AnalysisCluster;
  let experiments: ExperimentCluster;
  let kubelet: Kubelet;
  let assay: AssayServe;

  beforeAll(async () => {
    cluster = await borrowAnalysisCluster();
    const { plane } = cluster;
    kubelet = await startKubelet(plane);
    await waitFor('the service account that pods run as', () =>
      plane.api.call(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`),
    );
    assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath });
    experiments = openExperimentCluster(cluster);
    const compare = ['sh', '-c', 'test -n "{{args.got}}" && test "{{args.got}}" = "{{args.want}}"'];
    await Promise.all([
      experiments.createTemplate('passes', aJobTemplate(['true'])),
      experiments.createTemplate('fails', aJobTemplate(['sh', '-c', 'sleep 2; exit 3'])),
      experiments.createTemplate('waits', aJobTemplate(['sleep', '600'])),
      experiments.createTemplate('compares', aJobTemplate(compare, [{ name: 'got' }, { name: 'want' }])),
      experiments.createTemplate(
        'everywhere',
        aJobTemplate(compare, [{ name: 'got', value: 'default' }, { name: 'want' }]),
        'cluster',
      ),
    ]);
  });
  afterAll(async () => {
    await assay?.stop();
    await kubelet?.stop();
    await cluster?.stop();
  });

  const pause = { duration: '10m', scaleDownDelaySeconds: 0 };
  const gone = (what: string, name: string) =>
    waitFor(`${what} of ${name} to go`, async () => (await experiments.owned(what, name)).length === 0, {
      timeoutMs: 60_000,
    });

  /** Each test has an experiment of its own, so all go on at once. */
  describe.concurrent('from beginning to end', () => {
    test('two templates, a passing and a failing analysis: it fails, and its pods go', async () => {
      await experiments.create('verdict', {
        ...pause,
        templates: [aPodTemplate('baseline'), aPodTemplate('canary', { replicas: 2 })],
        analyses: [anAnalysis('passes'), anAnalysis('fails')],
      });
      const available = await experiments.once('verdict', 'to be available', ({ status }) => !!status?.availableAt);
      expect(available.status?.templateStatuses).toMatchObject([
        { name: 'baseline', status: 'Running', replicas: 1, availableReplicas: 1 },
        { name: 'canary', status: 'Running', replicas: 2, availableReplicas: 2 },
      ]);
      const { status } = await experiments.done('verdict');
      const failure = expect.stringMatching(/^Metric "job" assessed Failed due to failed \(1\) > failureLimit \(0\)/);
      expect(status).toMatchObject({
        phase: 'Failed',
        message: failure,
        templateStatuses: [
          { name: 'baseline', status: 'Successful', replicas: 0 },
          { name: 'canary', status: 'Successful', replicas: 0 },
        ],
        analysisRuns: [
          { name: 'passes', analysisRun: 'verdict-passes', phase: 'Successful' },
          { name: 'fails', analysisRun: 'verdict-fails', phase: 'Failed', message: failure },
        ],
      });
      expect((await cluster.ended('verdict-fails')).metadata.ownerReferences).toMatchObject([
        { kind: 'Experiment', name: 'verdict', controller: true, blockOwnerDeletion: true },
      ]);
      const replicaSets = await experiments.owned<Scalable>(REPLICA_SETS, 'verdict');
      expect(replicaSets.map(({ metadata, spec }) => [metadata.name, spec.replicas])).toEqual([
        ['verdict-baseline', 0],
        ['verdict-canary', 0],
      ]);
      const messages = (await cluster.events('verdict')).map(({ type, message }) => `${type}: ${message}`);
      expect(messages).toEqual(
        expect.arrayContaining([
          'Normal: Scaled up ReplicaSet verdict-canary from 0 to 2',
          "Normal: Template 'canary' transitioned from Progressing -> Running",
          'Normal: Experiment transitioned from Pending -> Running',
          expect.stringMatching(/^Warning: AnalysisRun 'fails' transitioned from Running -> Failed: Metric "job"/),
          'Warning: Experiment transitioned from Running -> Failed',
        ]),
      );
    });

    test('arguments tell an analysis of the pods of a template', async () => {
      await experiments.create('arguments', {
        ...pause,
        templates: [aPodTemplate('canary')],
        analyses: [
          anAnalysis('compares', {
            requiredForCompletion: true,
            args: [
              { name: 'got', value: '{{templates.canary.replicaset.name}}' },
              { name: 'want', value: 'arguments-canary' },
            ],
          }),
        ],
      });
      expect((await experiments.ended('arguments')).status?.phase).toBe('Successful');
      const [replicaSet] = await experiments.owned<Scalable>(REPLICA_SETS, 'arguments');
      const hash = replicaSet?.metadata.labels?.['rollouts-pod-template-hash'];
      expect(hash).toMatch(/^[a-z0-9]{6,10}$/);
      expect(replicaSet).toMatchObject({
        spec: { selector: { matchLabels: { 'rollouts-pod-template-hash': hash, track: 'canary' } } },
      });
    });

    test('Services, by the name that is asked for or that of the ReplicaSet, for as long as there are pods', async () => {
      await experiments.create('services', {
        ...pause,
        templates: [
          aPodTemplate('named', { service: { name: 'services-by-name' } }),
          aPodTemplate('plain', { service: {} }),
          aPodTemplate('none'),
        ],
      });
      const { status } = await experiments.once('services', 'to run', (it) => it.status?.phase === 'Running');
      expect(status?.templateStatuses).toMatchObject([
        { serviceName: 'services-by-name', podTemplateHash: expect.any(String) },
        { serviceName: 'services-plain', podTemplateHash: expect.any(String) },
        { name: 'none' },
      ]);
      const services = await experiments.owned<Service>(SERVICES, 'services');
      expect(services).toMatchObject([
        {
          metadata: { name: 'services-by-name' },
          spec: { ports: [{ name: 'http', port: 8080, targetPort: 8080 }], selector: { track: 'named' } },
        },
        { metadata: { name: 'services-plain' } },
      ]);
      await experiments.patch('services', { spec: { terminate: true } });
      await experiments.done('services');
      expect(await experiments.owned(SERVICES, 'services')).toEqual([]);
    });

    test('a template that never becomes ready fails at its deadline, with the experiment', async () => {
      await experiments.create('deadline', {
        ...pause,
        progressDeadlineSeconds: 4,
        templates: [aPodTemplate('well'), aPodTemplate('stuck', { image: 'never-ready/app:1' })],
        analyses: [anAnalysis('passes')],
      });
      const { status } = await experiments.done('deadline');
      const message = "Template 'stuck' exceeded its progressDeadlineSeconds (4)";
      expect(status).toMatchObject({
        phase: 'Failed',
        message,
        templateStatuses: [
          { name: 'well', status: 'Successful' },
          { name: 'stuck', status: 'Failed', message },
        ],
      });
      expect(status?.availableAt).toBeUndefined();
      expect(await experiments.owned(RUNS, 'deadline')).toEqual([]);
    });

    test('at the end of its duration it is successful; its pods stay for the scale-down delay', async () => {
      await experiments.create('lasting', {
        duration: '3s',
        scaleDownDelaySeconds: 4,
        templates: [aPodTemplate('canary')],
      });
      const deadline = await waitFor('a deadline for its pods', async () => {
        const [marked] = await experiments.owned<Scalable>(REPLICA_SETS, 'lasting');
        return Date.parse(marked?.metadata.annotations?.['scale-down-deadline'] ?? '') || undefined;
      });
      const { status } = await experiments.done('lasting');
      expect(status).toMatchObject({ phase: 'Successful', templateStatuses: [{ status: 'Successful', replicas: 0 }] });
      expect(deadline - Date.parse(status?.availableAt ?? '')).toBeGreaterThanOrEqual(7000);
      const [emptied] = await experiments.owned<Scalable>(REPLICA_SETS, 'lasting');
      expect(emptied?.spec.replicas).toBe(0);
    });

    test('terminate stops its analyses and removes its pods', async () => {
      await experiments.create('stopped', {
        ...pause,
        templates: [aPodTemplate('canary')],
        analyses: [anAnalysis('waits')],
      });
      await cluster.runOnce('stopped-waits', 'to begin', ({ status }) => status?.metricResults !== undefined);
      await experiments.patch('stopped', { spec: { terminate: true } });
      const { status } = await experiments.done('stopped');
      const run = await cluster.ended('stopped-waits');
      expect(run.spec.terminate).toBe(true);
      expect(status?.analysisRuns).toMatchObject([{ name: 'waits', phase: run.status?.phase }]);
      expect(status?.templateStatuses).toMatchObject([{ status: 'Successful', replicas: 0 }]);
      const messages = (await cluster.events('stopped')).map(({ message }) => message);
      expect(messages).toContain('Terminating waits (stopped-waits)');
    });

    test('tried again by creating it anew', async () => {
      const templates = [aPodTemplate('canary')];
      await experiments.create('again', { ...pause, templates, analyses: [anAnalysis('fails')] });
      const failed = await experiments.ended('again');
      expect(failed.status?.phase).toBe('Failed');
      await experiments.remove('again');
      const analyses = [anAnalysis('passes', { name: 'fails', requiredForCompletion: true })];
      await waitFor('its name to be free', () => experiments.create('again', { ...pause, templates, analyses }));
      const { status } = await experiments.ended('again');
      expect(status).toMatchObject({ phase: 'Successful', analysisRuns: [{ phase: 'Successful' }] });
    });

    test('without a duration it ends when the required analyses have, and stops the others', async () => {
      await experiments.create('required', {
        scaleDownDelaySeconds: 0,
        templates: [aPodTemplate('canary')],
        analyses: [anAnalysis('passes', { requiredForCompletion: true }), anAnalysis('waits')],
      });
      const ended = await experiments.ended('required');
      expect(ended.status).toMatchObject({ phase: 'Successful', message: 'Required AnalysisRuns completed' });
      const { status } = await experiments.done('required');
      expect(status?.phase).toBe('Successful');
      expect((await cluster.run('required-waits')).spec.terminate).toBe(true);
    });

    test('a template of the whole cluster, with the default of an argument', async () => {
      await experiments.create('defaults', {
        ...pause,
        templates: [aPodTemplate('canary')],
        analyses: [
          anAnalysis('everywhere', {
            clusterScope: true,
            requiredForCompletion: true,
            args: [{ name: 'want', value: 'default' }],
          }),
        ],
      });
      expect((await experiments.ended('defaults')).status?.phase).toBe('Successful');
      expect((await cluster.run('defaults-everywhere')).spec.args).toEqual([
        { name: 'got', value: 'default' },
        { name: 'want', value: 'default' },
      ]);
    });

    test('deleted while it runs, it leaves nothing behind', async () => {
      await experiments.create('deleted', {
        ...pause,
        templates: [aPodTemplate('canary', { service: {} })],
        analyses: [anAnalysis('waits')],
      });
      const run = await cluster.runOnce(
        'deleted-waits',
        'to begin',
        ({ status }) => status?.metricResults !== undefined,
      );
      expect(await cluster.jobs(run)).toHaveLength(1);
      await experiments.remove('deleted');
      await Promise.all([REPLICA_SETS, SERVICES, RUNS].map((what) => gone(what, 'deleted')));
      await waitFor('its Job to go', async () => (await cluster.jobs(run)).length === 0, { timeoutMs: 60_000 });
      await waitFor(
        'its pods to go',
        async () => !(await cluster.plane.kubectl(['get', 'pods', '-n', NAMESPACE, '-o', 'name'])).includes('deleted-'),
        { timeoutMs: 60_000 },
      );
    });

    test.each([
      {
        name: 'no-template',
        analysis: anAnalysis('missing', { name: 'check' }),
        message:
          'AnalysisTemplate verification failed for analysis \'check\': analysistemplate.argoproj.io "missing" not found',
      },
      {
        name: 'no-cluster-template',
        analysis: anAnalysis('missing', { name: 'check', clusterScope: true }),
        message:
          'ClusterAnalysisTemplate verification failed for analysis \'check\': clusteranalysistemplate.argoproj.io "missing" not found',
      },
      {
        name: 'no-argument',
        analysis: anAnalysis('compares', { name: 'check', args: [{ name: 'got', value: 'x' }] }),
        message: "Failed to create AnalysisRun for analysis 'check': args.want was not resolved",
      },
    ])('$name: Error, and why', async ({ name, analysis, message }) => {
      await experiments.create(name, { ...pause, templates: [aPodTemplate('canary')], analyses: [analysis] });
      const { status } = await experiments.done(name);
      expect(status).toMatchObject({
        phase: 'Error',
        message,
        analysisRuns: [{ name: 'check', phase: 'Error', message }],
      });
    });

    test('kubectl get and describe tell of it', async () => {
      await experiments.create('shown', {
        duration: '1s',
        scaleDownDelaySeconds: 0,
        templates: [aPodTemplate('canary')],
      });
      await experiments.done('shown');
      const table = await cluster.plane.kubectl(['get', 'exp', 'shown', '-n', NAMESPACE]);
      expect(table).toMatch(/^NAME +STATUS +AGE\nshown +Successful +\S+\n$/);
      const description = await cluster.plane.kubectl(['describe', 'exp', 'shown', '-n', NAMESPACE]);
      expect(description).toMatch(/Phase: +Successful/);
      expect(description).toMatch(
        /Normal +ExperimentSuccessful +.* +Experiment transitioned from Running -> Successful/,
      );
    });
  });

  test('no step failed, and nothing that was asked for was denied', () => {
    expect(assay.log().filter(({ level }) => level !== 'info')).toEqual([]);
  });
});
