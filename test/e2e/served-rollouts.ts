import { join } from 'node:path';
import { type AnalysisCluster, borrowAnalysisCluster, NAMESPACE } from './analysis-cluster.ts';
import { type ExperimentCluster, openExperimentCluster } from './experiment-cluster.ts';
import { openRolloutCluster, type RolloutCluster } from './rollout-cluster.ts';
import { type ArgoEyes, openArgoEyes } from './servers/argo-eyes.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { type Kubelet, startKubelet } from './servers/kubelet.ts';
import { waitFor } from './servers/wait-for.ts';

const RIGHTS = join(import.meta.dirname, '../../infra/cluster/rbac-rollouts.yaml');

/** A cluster with pods that come and go, people with Argo's tools, and perhaps somebody who looks after its Rollouts. */
export interface StagedRollouts {
  readonly cluster: AnalysisCluster;
  readonly rollouts: RolloutCluster;
  readonly experiments: ExperimentCluster;
  readonly eyes: ArgoEyes;
  /** `kubectl argo rollouts` in the namespace of the Rollouts. */
  argo(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Nobody looks after its Rollouts yet. */
export async function stageRollouts(): Promise<StagedRollouts> {
  const cluster = await borrowAnalysisCluster();
  const { plane } = cluster;
  let kubelet: Kubelet | undefined;
  let eyes: ArgoEyes | undefined;
  const stop = async (): Promise<void> => {
    eyes?.close();
    await kubelet?.stop();
    await cluster.stop();
  };
  try {
    kubelet = await startKubelet(plane);
    await waitFor('the service account that pods run as', () =>
      plane.api.call(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`),
    );
    const opened = await openArgoEyes(plane);
    eyes = opened;
    return {
      cluster,
      rollouts: openRolloutCluster(cluster),
      experiments: openExperimentCluster(cluster),
      eyes: opened,
      argo: (...args) => opened.rollouts([...args, '-n', NAMESPACE]),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** With an `assay serve --rollouts` that has the rights for it. */
export async function serveRollouts(): Promise<StagedRollouts & { readonly assay: AssayServe }> {
  const staged = await stageRollouts();
  const { plane, kubeconfigPath } = staged.cluster;
  let assay: AssayServe | undefined;
  const stop = async (): Promise<void> => {
    await assay?.stop();
    await plane.kubectl(['delete', '--ignore-not-found', '-f', RIGHTS]);
    await staged.stop();
  };
  try {
    await plane.kubectl(['apply', '-f', RIGHTS]);
    assay = await startAssayServe({ kubeconfigPath, args: ['--rollouts'] });
    return { ...staged, assay, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
