import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { CustomObjectsApi, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { kubeConfigCredentials } from '../../lib/clusters/access/kubeconfig.ts';
import { kubernetesCluster } from '../../lib/clusters/api/kubernetes.ts';
import type { AnalysisRunStatus } from '../../lib/model/analysis-run.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import { aMeasurement, aResult, aRun } from '../builders.ts';
import { startControlPlane } from '../e2e/servers/control-plane.ts';

/**
 * What a request to a real API server costs this process: CPU of all its threads, per request, 16 at a time.
 * `node test/bench/cluster.ts [requests]`
 */
const REQUESTS = Number(process.argv[2] ?? 3000);
const AT_ONCE = 16;
const namespace = 'default';
const crds = join(import.meta.dirname, '../../infra/cluster/crds');

const plane = await startControlPlane();
try {
  for (const file of readdirSync(crds)) await plane.apply(readFileSync(join(crds, file), 'utf8'));
  await plane.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']);
  const cluster = kubernetesCluster({
    name: 'bench',
    credentials: await kubeConfigCredentials({ file: plane.kubeconfigPath }),
    http: async () => Promise.reject(new Error('nothing here asks the network')),
    now: () => new Date(),
  });
  for (let index = 0; index < AT_ONCE; index += 1) {
    const { uid: _, ...metadata } = aRun().metadata;
    await cluster.create('AnalysisRun', { ...aRun(), metadata: { ...metadata, name: nameOf(index), namespace } });
  }

  console.log(`${REQUESTS} requests, ${AT_ONCE} at a time, ${cpus()[0]?.model}, Node ${process.version}`);
  await measure('get, assay', async (index) => cluster.get('AnalysisRun', { namespace, name: nameOf(index) }));
  await measure('merge patch of 10 measurements, assay', async (index, count) => patch(cluster, index, count));
  await measureCached(cluster);
  const api = clientNode(plane.kubeconfigPath);
  await measure('get, client-node', async (index) => api.getNamespacedCustomObject(named(index)));
  await measure('merge patch of 10 measurements, client-node', async (index, count) =>
    api.patchNamespacedCustomObject(
      { ...named(index), body: { status: statusOf(count) } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    ),
  );
  await cluster.close();
} finally {
  await plane.stop();
}

/** The same patches, told again by a watch that feeds a store. */
async function measureCached(cluster: Cluster): Promise<void> {
  const cached = cachedCluster(cluster, [{ kind: 'AnalysisRun' }]);
  const abort = new AbortController();
  const following = cached.start(abort.signal);
  await cached.whenSynced();
  await measure('merge patch and its watch event, assay', async (index, count) => patch(cached, index, count));
  abort.abort();
  await following;
}

async function patch(cluster: Cluster, index: number, count: number): Promise<unknown> {
  return cluster.patch('AnalysisRun', { namespace, name: nameOf(index) }, { status: statusOf(count) });
}

function nameOf(index: number): string {
  return `bench-${index}`;
}

function named(index: number): { group: string; version: string; plural: string; namespace: string; name: string } {
  return { group: 'argoproj.io', version: 'v1alpha1', plural: 'analysisruns', namespace, name: nameOf(index) };
}

function statusOf(count: number): AnalysisRunStatus {
  const measurements = Array.from({ length: 10 }, (_, index) => aMeasurement({ value: `[${count + index}]` }));
  return { phase: 'Running', message: `${count}`, metricResults: [aResult({ measurements, count: 10 })] };
}

function clientNode(kubeconfigPath: string): CustomObjectsApi {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  return config.makeApiClient(CustomObjectsApi);
}

/** Prints CPU and wall time per call of `work`, which is given the number of its row and of the call. */
async function measure(name: string, work: (row: number, count: number) => Promise<unknown>): Promise<void> {
  for (let warm = 0; warm < 200; warm += 1) await work(warm % AT_ONCE, -warm);
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  let count = 0;
  const runRow = async (_: unknown, row: number): Promise<void> => {
    while (count < REQUESTS) {
      count += 1;
      await work(row, count);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runRow));
  const { user, system } = process.cpuUsage(cpuBefore);
  const wallMs = performance.now() - startedMs;
  console.log(`${name.padEnd(46)} CPU ${perCall((user + system) / 1000)}, wall ${perCall(wallMs)}`);
}

function perCall(ms: number): string {
  return `${(ms / REQUESTS).toFixed(3)} ms`;
}
