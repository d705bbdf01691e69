import { join } from 'node:path';
import type { AnalysisRun, AnalysisRunSpec, MetricResult } from '../../lib/model/analysis-run.ts';
import type { Job, ObjectMeta } from '../../lib/model/kubernetes.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './servers/control-plane.ts';
import { writeKubeconfig } from './servers/control-plane-files.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { borrowControlPlane } from './servers/shared-control-plane.ts';
import { type Patience, waitFor } from './servers/wait-for.ts';

/** An Event about a run, without what differs from one time to the next. */
export interface RunEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** A control plane with Assay's CRDs and a namespace `shop`, and its runs; `assay serve` is the test's to start. */
export interface AnalysisCluster {
  readonly plane: ControlPlane;
  /** Of the service account that infra/cluster/rbac.yaml gives Assay; good for an hour. */
  readonly kubeconfigPath: string;
  createRun(name: string, spec: AnalysisRunSpec, metadata?: ObjectMeta): Promise<AnalysisRun>;
  /** Rejects where there is none. */
  run(name: string): Promise<AnalysisRun>;
  runs(): Promise<readonly AnalysisRun[]>;
  /** Merges `patch` into a run. */
  patchRun(name: string, patch: object): Promise<AnalysisRun>;
  deleteRun(name: string): Promise<void>;
  isGone(name: string): Promise<boolean>;
  /** The run once `holds` does; 60 s by default. */
  runOnce(name: string, what: string, holds: (run: AnalysisRun) => boolean, patience?: Patience): Promise<AnalysisRun>;
  /** The run once it is over. */
  ended(name: string, patience?: Patience): Promise<AnalysisRun>;
  /** What was recorded on a run, the oldest first; once that is so much, as Events come a moment after the status. */
  events(name: string, atLeast?: number): Promise<readonly RunEvent[]>;
  /** The Jobs of a run, or all of the namespace, the oldest first. */
  jobs(run?: AnalysisRun): Promise<readonly Job[]>;
  stop(): Promise<void>;
}

export const NAMESPACE = 'shop';
const MANIFESTS = join(import.meta.dirname, '../../infra/cluster');
const RUNS_PATH = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/analysisruns`;
const ENDED: ReadonlySet<string> = new Set(['Successful', 'Failed', 'Error', 'Inconclusive']);

/** Prepares the control plane that the files of a worker share; `stop` leaves it empty. */
export async function borrowAnalysisCluster(): Promise<AnalysisCluster> {
  return prepare(await borrowControlPlane());
}

/** Starts a control plane and prepares it for analysis. */
export async function startAnalysisCluster(options: ControlPlaneOptions = {}): Promise<AnalysisCluster> {
  return prepare(await startControlPlane({ crdFolder: join(MANIFESTS, 'crds'), ...options }));
}

async function prepare(plane: ControlPlane): Promise<AnalysisCluster> {
  const folder = createScratchFolder('analysis-cluster');
  const stop = async (): Promise<void> => {
    await plane.stop();
    removeScratchFolder(folder);
  };
  try {
    await plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    const kubeconfigPath = join(folder, 'assay.kubeconfig');
    await writeAssayKubeconfig(plane, kubeconfigPath);
    return openAnalysisCluster(plane, kubeconfigPath, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeAssayKubeconfig(plane: ControlPlane, path: string): Promise<void> {
  for (const file of ['namespace.yaml', 'rbac.yaml']) await plane.kubectl(['apply', '-f', join(MANIFESTS, file)]);
  const token = (await plane.kubectl(['create', 'token', 'assay', '--namespace=assay-system'])).trim();
  writeKubeconfig(path, { ...plane, user: 'assay', token });
}

/** The runs of a control plane that was prepared otherwise: with CRDs, the namespace `shop` and somebody to be there. */
export function openAnalysisCluster(
  plane: ControlPlane,
  kubeconfigPath: string,
  stop: () => Promise<void>,
): AnalysisCluster {
  const { api } = plane;
  const run = (name: string) => api.call<AnalysisRun>(`${RUNS_PATH}/${name}`);
  const runOnce: AnalysisCluster['runOnce'] = async (name, what, holds, { timeoutMs = 60_000, everyMs = 250 } = {}) => {
    let last: AnalysisRun | undefined;
    const look = async () => {
      last = await run(name);
      return holds(last) && last;
    };
    try {
      return await waitFor(`run ${name} ${what}`, look, { timeoutMs, everyMs });
    } catch (error) {
      const status = JSON.stringify(last?.status, undefined, 1) ?? 'none';
      throw new Error(`${(error as Error).message}; its status is ${status}`, { cause: error });
    }
  };
  return {
    plane,
    kubeconfigPath,
    run,
    runOnce,
    createRun: (name, spec, metadata = {}) => {
      const body = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: { ...metadata, name }, spec };
      return api.call(RUNS_PATH, { method: 'POST', body });
    },
    runs: async () => (await api.call<{ items: readonly AnalysisRun[] }>(RUNS_PATH)).items,
    patchRun: (name, patch) =>
      api.call(`${RUNS_PATH}/${name}`, {
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        body: patch,
      }),
    deleteRun: async (name) => void (await api.call(`${RUNS_PATH}/${name}`, { method: 'DELETE' })),
    isGone: async (name) => (await api.send(`${RUNS_PATH}/${name}`)).status === 404,
    ended: (name, patience) => runOnce(name, 'to end', hasEnded, patience),
    async events(name, atLeast = 0) {
      const path = `/api/v1/namespaces/${NAMESPACE}/events?fieldSelector=involvedObject.name%3D${name}`;
      const { items } = await waitFor(`${atLeast} events of ${name}`, async () => {
        const list = await api.call<{ items: readonly (RunEvent & { metadata: { name: string } })[] }>(path);
        return list.items.length >= atLeast && list;
      });
      return items
        .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
        .map(({ type, reason, message }) => ({ type, reason, message }));
    },
    async jobs(owner) {
      const selector = owner ? `?labelSelector=analysisrun.argoproj.io%2Fuid%3D${owner.metadata.uid}` : '';
      const path = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs${selector}`;
      const { items } = await api.call<{ items: readonly Job[] }>(path);
      return items.toSorted((a, b) => createdAt(a) - createdAt(b));
    },
    stop,
  };
}

export function hasEnded({ status }: AnalysisRun): boolean {
  return ENDED.has(status?.phase ?? '');
}

/** What came of a run's metric: of its first, unless named. */
export function resultOf({ status, metadata }: AnalysisRun, metric?: string): MetricResult {
  const results = status?.metricResults ?? [];
  const result = metric === undefined ? results[0] : results.find(({ name }) => name === metric);
  if (result === undefined) throw new Error(`run ${metadata.name} has no result of ${metric ?? 'its first metric'}`);
  return result;
}

/** Whole seconds from the end of each measurement of a metric to the start of the next. */
export function pausesOf({ measurements = [] }: MetricResult): readonly number[] {
  return measurements.slice(1).map(({ startedAt = '' }, index) => {
    const { finishedAt = '' } = measurements[index] ?? {};
    return (Date.parse(startedAt) - Date.parse(finishedAt)) / 1000;
  });
}

function createdAt({ metadata }: Job): number {
  return Date.parse(metadata.creationTimestamp ?? '');
}
