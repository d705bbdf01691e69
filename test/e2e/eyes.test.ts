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
import { type ArgoEyes, openArgoEyes } from './servers/argo-eyes.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type Kubelet, startKubelet } from './servers/kubelet.ts';
import { type SampleService, startSampleService } from './servers/sample-service.ts';
import { waitFor } from './servers/wait-for.ts';

/** What Argo's own tools show of what Assay wrote. One test after the other: later ones look at what earlier ones made. */
describe.skipIf(!(await serversAvailable()))("Argo's own eyes", () => {
  let cluster: AnalysisCluster;
  let experiments: ExperimentCluster;
  let kubelet: Kubelet;
  let service: SampleService;
  let assay: AssayServe;
  let eyes: ArgoEyes;

  const pause = { duration: '10m', scaleDownDelaySeconds: 0 };

  beforeAll(async () => {
    cluster = await borrowAnalysisCluster();
    const { plane } = cluster;
    eyes = await openArgoEyes(plane);
    kubelet = await startKubelet(plane);
    service = await startSampleService();
    await waitFor('the service account that pods run as', () =>
      plane.api.call(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`),
    );
    assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath });
    experiments = openExperimentCluster(cluster);
    await Promise.all([
      experiments.createTemplate('passes', aJobTemplate(['true'])),
      experiments.createTemplate('fails', aJobTemplate(['sh', '-c', 'sleep 1; exit 3'])),
      experiments.createTemplate('waits', aJobTemplate(['sleep', '600'])),
    ]);
    await experiments.create('verdict', {
      ...pause,
      templates: [aPodTemplate('baseline'), aPodTemplate('canary', { replicas: 2 })],
      analyses: [anAnalysis('passes'), anAnalysis('fails')],
    });
    await experiments.create('lasting', {
      ...pause,
      templates: [aPodTemplate('canary')],
      analyses: [anAnalysis('waits'), anAnalysis('passes')],
    });
    await experiments.create('short', {
      duration: '1s',
      scaleDownDelaySeconds: 0,
      templates: [aPodTemplate('canary')],
    });
    await experiments.create('mistaken', {
      ...pause,
      templates: [aPodTemplate('canary')],
      analyses: [anAnalysis('missing')],
    });
  });
  afterAll(async () => {
    await assay?.stop();
    await service?.stop();
    await kubelet?.stop();
    await cluster?.stop();
    eyes?.close();
  });

  const see = async (...args: readonly string[]): Promise<string> =>
    mask(await eyes.rollouts([...args, '--namespace', NAMESPACE]));

  test('the tree of an experiment that failed', async () => {
    await experiments.done('verdict');
    await podsOf('verdict', 0);
    expect(await see('get', 'experiment', 'verdict', '--no-color')).toMatchSnapshot();
  });

  test('the tree of an experiment that runs', async () => {
    await cluster.ended('lasting-passes');
    await cluster.runOnce('lasting-waits', 'to begin', ({ status }) => status?.metricResults !== undefined);
    await experiments.once('lasting', 'to tell', ({ status }) => status?.analysisRuns?.[1]?.phase === 'Successful');
    expect(await see('get', 'experiment', 'lasting', '--no-color')).toMatchSnapshot();
  });

  test('the list of experiments', async () => {
    await Promise.all(['verdict', 'short', 'mistaken'].map((name) => experiments.done(name)));
    const rows = rowsOf(await eyes.rollouts(['list', 'experiments', '--namespace', NAMESPACE]));
    const age = expect.stringMatching(/^\d+(m\d+)?[sm]$/);
    expect(rows.filter(([name = '']) => ['NAME', 'lasting', 'mistaken', 'short', 'verdict'].includes(name))).toEqual([
      ['NAME', 'STATUS', 'DURATION', 'REMAINING', 'AGE'],
      ['lasting', 'Running', '10m', expect.stringMatching(/^9m\d*s?$/), age],
      ['mistaken', 'Error', '10m', '-', age],
      ['short', 'Successful', '1s', '-', age],
      ['verdict', 'Failed', '10m', '-', age],
    ]);
  });

  test('its commands to stop an experiment, and a run', async () => {
    await experiments.create('stopped', {
      ...pause,
      templates: [aPodTemplate('canary')],
      analyses: [anAnalysis('waits'), anAnalysis('fails', { templateName: 'waits' })],
    });
    for (const run of ['stopped-waits', 'stopped-fails'])
      await cluster.runOnce(run, 'to begin', ({ status }) => status?.metricResults !== undefined);
    expect(await see('terminate', 'analysisrun', 'stopped-waits')).toBe("analysisRun 'stopped-waits' terminated\n");
    expect((await cluster.ended('stopped-waits')).status?.phase).toBe('Inconclusive');
    // Its own words.
    expect(await see('terminate', 'experiment', 'stopped')).toBe("experiment 'stopped' retried\n");
    await experiments.done('stopped');
    await podsOf('stopped', 0);
    expect(await see('get', 'experiment', 'stopped', '--no-color')).toMatchSnapshot();
  });

  test('its command to retry an experiment', async () => {
    await experiments.create('again', {
      ...pause,
      templates: [aPodTemplate('canary')],
      analyses: [anAnalysis('fails', { requiredForCompletion: true })],
    });
    expect((await experiments.done('again')).status?.phase).toBe('Failed');
    await experiments.createTemplate('fails-no-more', aJobTemplate(['true']));
    const analyses = [anAnalysis('fails', { templateName: 'fails-no-more', requiredForCompletion: true })];
    await experiments.patch('again', { spec: { analyses } });
    expect(await see('retry', 'experiment', 'again')).toBe("experiment 'again' retried\n");
    await experiments.once('again', 'to succeed', ({ status }) => status?.phase === 'Successful');
    await experiments.done('again');
    await podsOf('again', 0);
    expect(await see('get', 'experiment', 'again', '--no-color')).toMatchSnapshot();
  });

  test('the health that Argo CD gives to runs and experiments', async () => {
    const { url } = service;
    await cluster.createRun('broken', {
      metrics: [{ name: 'page', consecutiveErrorLimit: 0, provider: { web: { url: `${url}/nowhere` } } }],
    });
    await cluster.ended('broken');
    const runs = ['verdict-passes', 'verdict-fails', 'broken', 'stopped-waits', 'lasting-waits'];
    expect(await eyes.health(await Promise.all(runs.map((name) => cluster.run(name))))).toEqual([
      { status: 'Healthy', message: 'Analysis run completed successfully' },
      { status: 'Degraded', message: expect.stringMatching(/^Metric "job" assessed Failed due to failed \(1\)/) },
      { status: 'Degraded', message: expect.stringMatching(/^Metric "page" assessed Error due to consecutiveErrors/) },
      { status: 'Unknown', message: expect.stringMatching(/^Metric "job" assessed Inconclusive due to/) },
      { status: 'Progressing', message: 'Analysis run is running' },
    ]);
    const names = ['short', 'verdict', 'mistaken', 'lasting', 'stopped'];
    expect(await eyes.health(await Promise.all(names.map((name) => experiments.experiment(name))))).toEqual([
      { status: 'Healthy', message: 'Experiment is successful' },
      { status: 'Degraded', message: 'Experiment has failed' },
      { status: 'Degraded', message: 'Experiment had an error' },
      { status: 'Progressing', message: 'Experiment is running' },
      // Its script has not thought of Inconclusive.
      [],
    ]);
  });

  /** Garbage is collected a moment after its owner has gone, and kubelets take one to end a pod. */
  async function podsOf(name: string, count: number): Promise<void> {
    const path = `/api/v1/namespaces/${NAMESPACE}/pods`;
    await waitFor(`${count} pods of ${name}`, async () => {
      const { items } = await cluster.plane.api.call<{ items: readonly KubernetesObject[] }>(path);
      return items.filter(({ metadata }) => metadata.name?.startsWith(`${name}-`)).length === count;
    });
  }
});

/** A tree without names that are made up, and ages. */
function mask(text: string): string {
  return text
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '<uid>')
    .replaceAll(/(□ \S+-)[a-z\d]{5} /g, '$1<pod> ')
    .replaceAll(/ \d+(m\d+)?[sm] */g, ' <age>  ')
    .replaceAll(/ +$/gm, '');
}

/** The cells of a table. */
function rowsOf(table: string): readonly (readonly string[])[] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split(/ {2,}/));
}
