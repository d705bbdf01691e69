import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatMessage } from '../../../lib/model/message.ts';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { type AnalysisCluster, NAMESPACE, borrowAnalysisCluster } from '../analysis-cluster.ts';
import {
  aJobTemplate,
  anAnalysis,
  aPodTemplate,
  type ExperimentCluster,
  openExperimentCluster,
} from '../experiment-cluster.ts';
import { emulatorsAvailable } from '../servers/aws/install.ts';
import { serversAvailable } from '../servers/build.ts';
import { type Kubelet, startKubelet } from '../servers/kubelet.ts';
import { waitFor } from '../servers/wait-for.ts';
import { type Deployment, registerCluster, startDeployment } from './deployment.ts';

const CLUSTER = 'compare';

/** There is no webhook here: what objects do to each other is told by steps, and seen by polls. */
describe.skipIf(!(await serversAvailable()) || !(await emulatorsAvailable()))('experiments on AWS', () => {
  let cluster: AnalysisCluster;
  let experiments: ExperimentCluster;
  let kubelet: Kubelet;
  let deployment: Deployment;

  beforeAll(async () => {
    [cluster, deployment] = await Promise.all([borrowAnalysisCluster(), startDeployment()]);
    const { plane } = cluster;
    kubelet = await startKubelet(plane);
    await waitFor('the service account that pods run as', () =>
      plane.api.call(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`),
    );
    await registerCluster(deployment, CLUSTER, plane);
    experiments = openExperimentCluster(cluster);
    await experiments.createTemplate('passes', aJobTemplate(['true']));
    await experiments.createTemplate('fails', aJobTemplate(['sh', '-c', 'sleep 6; exit 3']));
    await experiments.createTemplate('waits', aJobTemplate(['sleep', '600']));
  });
  afterAll(async () => {
    await deployment?.stop();
    await kubelet?.stop();
    await cluster?.stop();
  });

  const start = async ({ kind, metadata }: KubernetesObject): Promise<void> => {
    const { namespace = '', name = '', uid = '' } = metadata;
    await deployment.account.send(formatMessage({ ref: { cluster: CLUSTER, kind, namespace, name, uid } }));
  };
  const pause = { duration: '10m', scaleDownDelaySeconds: 0 };

  // Both wait for what takes long: together.
  it.concurrent('brings one with two templates and two analyses to its verdict; its pods go', async () => {
    const verdict = await experiments.create('verdict', {
      ...pause,
      templates: [aPodTemplate('baseline'), aPodTemplate('canary', { replicas: 2 })],
      analyses: [anAnalysis('passes'), anAnalysis('fails')],
    });
    await start(verdict);
    const { status } = await experiments.done('verdict');
    expect(status).toMatchObject({
      phase: 'Failed',
      message: expect.stringMatching(/^Metric "job" assessed Failed due to failed \(1\) > failureLimit \(0\)/),
      templateStatuses: [
        { name: 'baseline', status: 'Successful', replicas: 0 },
        { name: 'canary', status: 'Successful', replicas: 0 },
      ],
      analysisRuns: [
        { name: 'passes', phase: 'Successful' },
        { name: 'fails', phase: 'Failed' },
      ],
    });
  });

  it.concurrent('polls what takes long by one chain an object, however often everything is looked at', async () => {
    const long = await experiments.create('long', {
      ...pause,
      templates: [aPodTemplate('steady')],
      analyses: [anAnalysis('waits')],
    });
    await start(long);
    await experiments.once('long', 'to measure', ({ status }) => status?.analysisRuns?.[0]?.phase === 'Running');
    // What is looked at every ten seconds, and was to be looked at half a minute ago, counts as overdue. To write that it
    // began earlier would end the chain of messages that this is about.
    const begun = await cluster.runOnce('long-waits', 'to begin', ({ status }) => status?.startedAt !== undefined);
    const overdueMs = Date.parse(begun.status?.startedAt ?? '') + 42_000;
    await sleep(overdueMs - Date.now());
    for (let minute = 0; minute < 5; minute += 1) await deployment.tick();
    await waitFor('the looks to be over', async () => (await deployment.messages()) <= 2, { timeoutMs: 20_000 });
    const looks = deployment.onMessage.log().filter(({ message }) => message === 'overdue');
    expect(looks.length).toBeGreaterThanOrEqual(5);

    await experiments.patch('long', { spec: { terminate: true } });
    const ended = await experiments.done('long');
    const run = await cluster.ended('long-waits');
    expect(ended.status).toMatchObject({ phase: 'Successful', analysisRuns: [{ phase: run.status?.phase }] });
  });

  it('leaves no message behind, and none has failed', async () => {
    await waitFor('the queue to be empty', async () => (await deployment.messages()) === 0, { timeoutMs: 30_000 });
    expect(deployment.onMessage.usage()).toMatchObject({ errors: 0, timeouts: 0, crashes: 0 });
    expect(await deployment.account.queueState(deployment.account.deadLetterUrl)).toMatchObject({ visible: 0 });
  });
});
