import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { type CachedCluster, cachedCluster } from '../../lib/clusters/store/cached.ts';
import { kubeConfigCredentials } from '../../lib/clusters/access/kubeconfig.ts';
import { kubernetesCluster } from '../../lib/clusters/api/kubernetes.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import type { Ports } from '../../lib/model/ports.ts';
import { resyncSchedules } from '../../lib/schedules/resync-schedules.ts';
import type { ScheduleMemory } from '../../lib/schedules/schedule-memory.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { serveSchedules } from '../../lib/serve/serve-schedules.ts';
import { aMetric } from '../builders.ts';
import { startControlPlane } from '../e2e/servers/control-plane.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';
import { listening } from '../world.ts';
import { aScheduled, annotations } from '../schedule/templates.ts';
import { describeMachine, type Figure, formatFigures } from './figures.ts';

// `npm run bench:schedules [-- TEMPLATES]`: what a cluster full of scheduled templates costs, beside a real API server
// whose processor time is its own. Default 5,000, each once a day, spread over the day.

const TEMPLATES = Number(process.argv[2] ?? 5000);
const LOOKS = 10;
const MINUTE = 60_000;
/** Nothing is to go wrong here. */
const fail = (message: string, fields?: unknown): never => {
  throw new Error(`${message} ${JSON.stringify(fields)}`);
};
const log = { info() {}, warn: fail, error: fail };

let aheadMs = 0;
const now = (): Date => new Date(Date.now() + aheadMs);

async function main(): Promise<void> {
  console.log(`${describeMachine()}; shared with kube-apiserver and etcd\n`);
  const plane = await startControlPlane({ crdFolder: join(import.meta.dirname, '../../infra/cluster/crds') });
  const cluster = kubernetesCluster({
    name: 'bench',
    credentials: await kubeConfigCredentials({ file: plane.kubeconfigPath }),
    http: async () => Promise.reject(new Error('nothing here asks the network')),
    now,
  });
  try {
    await plane.kubectl(['create', 'namespace', 'shop']);
    await createTemplates(cluster);
    // A fresh API server opens the storage of a kind when it is first asked for.
    for (const kind of ['ClusterAnalysisTemplate', 'AnalysisRun', 'Experiment', 'Job', 'ReplicaSet'] as const) {
      await waitFor(`${kind} to be served`, async () => cluster.list(kind));
    }
    console.log(`${TEMPLATES} scheduled templates, a look every minute, as on AWS\n`);
    console.log(`${formatFigures(await measureLooks(cluster))}\n`);
    console.log(`The same in \`assay serve\`\n`);
    console.log(formatFigures(await measureServe(cluster)));
  } finally {
    await cluster.close();
    await plane.stop();
  }
}

/** As kubectl leaves them: with a copy of themselves in an annotation. */
async function createTemplates(cluster: Cluster): Promise<void> {
  const indexes = Array.from({ length: TEMPLATES }, (_, index) => index).values();
  const create = async (): Promise<void> => {
    for (const index of indexes) {
      const parts = {
        '': `${index % 60} ${Math.floor(index / 60) % 24} * * *`,
        'time-zone': 'Europe/Berlin',
        history: 'successful=3,failed=5',
      };
      const spec = { metrics: [aMetric({ interval: '30s', count: 5 })] };
      const { uid: _uid, creationTimestamp: _at, ...metadata } = aScheduled(parts).metadata;
      const copy = {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ ...aScheduled(parts), spec }),
      };
      await cluster.create('AnalysisTemplate', {
        ...aScheduled(parts),
        metadata: { ...metadata, name: `template-${index}`, annotations: { ...annotations(parts), ...copy } },
        spec,
      });
    }
  };
  await Promise.all(Array.from({ length: 16 }, create));
}

async function measureLooks(real: Cluster): Promise<Figure[]> {
  const calls: string[] = [];
  const cluster = listening(real, calls);
  const ports: Ports = {
    clusters: { get: () => cluster, names: () => ['bench'] },
    queue: { send: async () => {} },
    bus: { publish: async () => {} },
    log,
    meter: { stepped() {}, failed() {}, measured() {} },
    now,
  };
  const memories = new Map<string, ScheduleMemory>();
  const look = () => resyncSchedules('bench', {}, ports, memories);
  const cold = await cpuMsOf(look);
  const rest = await cpuMsOf(repeat(LOOKS, look));
  const lists = countTemplateLists(calls) / (LOOKS + 1);
  calls.length = 0;
  // From here on ticks come, and no run is there from before: what is due meanwhile is made.
  const busy = await cpuMsOf(
    repeat(LOOKS, async () => {
      aheadMs += MINUTE;
      await look();
    }),
  );
  const made = calls.filter((call) => call.startsWith('create AnalysisRun')).length;
  return [
    { name: 'lists of templates a look: one a kind', figure: lists, unit: 'lists', limit: 2 },
    { name: 'processor time of the first look of a process', figure: cold, unit: 'ms' },
    { name: 'processor time of a look, while nothing is due', figure: rest / LOOKS, unit: 'ms', limit: 200 },
    { name: 'processor time of a look, with the ticks that come', figure: busy / LOOKS, unit: 'ms' },
    { name: 'runs made a look', figure: made / LOOKS, unit: 'runs' },
    { name: 'lists of runs a look', figure: listsOf(calls, 'AnalysisRun') / LOOKS, unit: 'lists' },
  ];
}

async function measureServe(real: Cluster): Promise<Figure[]> {
  const calls: string[] = [];
  const cluster: CachedCluster = cachedCluster(listening(real, calls), scopesOf({}));
  const abort = new AbortController();
  const schedules = serveSchedules({ clusters: [cluster], log, now });
  const following = cluster.start(abort.signal);
  await cluster.whenSynced();
  await sleep(3000);
  calls.length = 0;
  const pass = await cpuMsOf(
    repeat(LOOKS, async () => {
      schedules.resync();
      await sleep(500);
    }),
  );
  const idle = await cpuMsOf(repeat(LOOKS, () => sleep(500)));
  await schedules.stop();
  abort.abort();
  await following;
  return [
    { name: 'lists in a pass over all schedules', figure: listsOf(calls), unit: 'lists', limit: 0 },
    { name: 'processor time of a pass', figure: Math.max(0, pass - idle) / LOOKS, unit: 'ms', limit: 200 },
  ];
}

function listsOf(calls: readonly string[], kind = ''): number {
  return calls.filter((call) => call.startsWith(`list ${kind}${kind && ' '}`)).length;
}

/** Whole lists: their pages count as one. */
function countTemplateLists(calls: readonly string[]): number {
  const pages = Math.max(1, Math.ceil(TEMPLATES / 500));
  return listsOf(calls, 'AnalysisTemplate') / pages + listsOf(calls, 'ClusterAnalysisTemplate');
}

function repeat(times: number, work: () => Promise<unknown>): () => Promise<void> {
  return async () => {
    for (let index = 0; index < times; index++) await work();
  };
}

async function cpuMsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

await main();
