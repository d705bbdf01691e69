import { afterAll, beforeAll, describe } from 'vitest';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { kubeConfigCredentials } from '../../lib/clusters/access/kubeconfig.ts';
import { kubernetesCluster, type KubernetesCluster } from '../../lib/clusters/api/kubernetes.ts';
import { describeCluster } from '../contract/cluster.ts';
import { serversAvailable } from './servers/build.ts';
import type { ControlPlane } from './servers/control-plane.ts';
import { borrowControlPlane } from './servers/shared-control-plane.ts';
import { waitFor } from './servers/wait-for.ts';

describe.skipIf(!(await serversAvailable()))('a real API server', () => {
  let plane: ControlPlane;
  /** What the next file is not to find. */
  let ownCrd: string | undefined;

  beforeAll(async () => {
    plane = await borrowControlPlane();
    if ((await plane.api.send(ROLLOUTS_PATH)).status !== 404) return;
    await plane.apply(ROLLOUTS);
    ownCrd = ROLLOUTS.metadata.name;
    await waitFor('Rollouts', async () => plane.api.call(ROLLOUTS_PATH));
  });
  afterAll(async () => {
    if (ownCrd !== undefined) await plane.kubectl(['delete', 'crd', ownCrd, '--timeout=50s']);
    await plane?.stop();
  });

  const openCluster = async (): Promise<KubernetesCluster> =>
    kubernetesCluster({
      name: plane.name,
      credentials: await kubeConfigCredentials({ file: plane.kubeconfigPath }),
      http: async () => Promise.reject(new Error('nothing here asks the network')),
      now: () => new Date(),
    });

  describeCluster('kubernetes cluster', async () => {
    const cluster = await openCluster();
    await createNamespace(cluster, 'contract');
    return { cluster, namespace: 'contract', cleanup: async () => cluster.close() };
  });

  describeCluster('cached kubernetes cluster', async () => {
    const kubernetes = await openCluster();
    await createNamespace(kubernetes, 'contract-cached');
    const cluster = cachedCluster(kubernetes, [{ kind: 'AnalysisRun' }, { kind: 'Job' }, { kind: 'Secret' }]);
    const abort = new AbortController();
    const following = cluster.start(abort.signal);
    await cluster.whenSynced();
    return {
      cluster,
      namespace: 'contract-cached',
      async cleanup() {
        abort.abort();
        await following;
        await kubernetes.close();
      },
    };
  });
});

const ROLLOUTS_PATH = '/apis/argoproj.io/v1alpha1/namespaces/default/rollouts';
/** As far as its subresources go what Argo's is. */
const ROLLOUTS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    names: { kind: 'Rollout', listKind: 'RolloutList', plural: 'rollouts', singular: 'rollout' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};

async function createNamespace(cluster: KubernetesCluster, name: string): Promise<void> {
  await cluster.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}
