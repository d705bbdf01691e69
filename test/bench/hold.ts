import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as pause, setTimeout as sleep } from 'node:timers/promises';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { Cluster, ListQuery } from '../../lib/model/cluster.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { refOf } from '../../lib/model/ref.ts';
import type { ResourceKind, Resources } from '../../lib/model/resources.ts';
import { openSlices } from '../../lib/model/slices.ts';
import type { Log } from '../../lib/model/ports.ts';
import type { Timers } from '../../lib/model/timers.ts';
import { systemTimers } from '../../lib/queues/system-timers.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { type Inventory, type PrometheusMeter, prometheusMeter } from '../../lib/serve/prometheus-meter.ts';
import { serve, type Serving } from '../../lib/serve/serve.ts';
import { aMeasurement, aMetric, aResult, aRun } from '../builders.ts';
import { describeMachine, type Figure, formatFigures } from './figures.ts';

// `npm run bench:hold`: how long work on many objects keeps everything else in the process waiting.

const LIMIT_MS = 50;
const TRIES = 5;
const METRICS = ['success-rate', 'latency', 'errors'];
const HOUR_MS = 3_600_000;
const log: Log = { info() {}, warn() {}, error() {} };
const now = () => new Date();

async function main(): Promise<void> {
  console.log(`${describeMachine()}; the shortest of ${TRIES} longest holds\n`);
  const figures = [...(await scrapes(5000)), ...(await look(10_000)), await listsOfOwned(10_000)];
  console.log(formatFigures(figures));
}

async function scrapes(count: number): Promise<readonly Figure[]> {
  let bytes = 0;
  const scrape = async (page: PrometheusMeter): Promise<void> => {
    bytes = 0;
    // As the server does, which writes bytes.
    for await (const part of page.render().body) bytes += Buffer.from(part).length;
  };
  const fresh = Array.from({ length: TRIES }, () => meterOf(count));
  const first = await longestHold(async (nth) => scrape(fresh[nth] ?? meterOf(count)));
  const [page = meterOf(count)] = fresh;
  const next = await longestHold(async () => scrape(page));
  return [
    {
      name: `first scrape of ${count} runs, ${METRICS.length} metrics each`,
      figure: first,
      unit: 'ms',
      limit: LIMIT_MS,
    },
    { name: 'the next ones', figure: next, unit: 'ms', limit: LIMIT_MS },
    { name: '… whose pages have', figure: bytes / 1_000_000, unit: 'MB' },
  ];
}

/** A meter that has told nothing yet of runs that have all been stepped. */
function meterOf(count: number): PrometheusMeter {
  const runs: readonly KubernetesObject[] = Array.from({ length: count }, (_, index) => runOf(index));
  const inventory: Inventory = {
    name: 'bench',
    stored: <K extends ResourceKind>(kind: K) => (kind === 'AnalysisRun' ? runs : []) as Resources[K][],
  };
  const page = prometheusMeter(() => [inventory], {
    log,
    openSlices: () => openSlices({ nowMs: systemTimers.nowMs, pause }),
  });
  for (const run of runs) {
    page.meet(refOf('bench', run));
    page.meter.stepped(refOf('bench', run), 0.02);
  }
  return page;
}

/** The timers of `serve` are held, but for its look at everything, which is called. */
async function look(count: number): Promise<readonly Figure[]> {
  const cluster = await clusterOf(count);
  const looks: (() => void)[] = [];
  const timers: Timers = {
    nowMs: systemTimers.nowMs,
    after(delayMs, call) {
      if (delayMs === HOUR_MS) looks.push(call);
      return () => {};
    },
  };
  let serving: Serving | undefined;
  const first = await longestHold(async () => {
    await serving?.stop();
    const cached = cachedCluster(cluster, scopesOf({}));
    serving = await serve({ clusters: [cached], log, now, timers, resyncMs: HOUR_MS });
    await cached.whenSynced();
  });
  const next = await longestHold(async () => {
    looks.at(-1)?.();
    // Until it has gone through all of them: nothing tells when.
    await sleep(2000);
  });
  await serving?.stop();
  return [
    { name: `first list of ${count} runs, what is collected of it included`, figure: first, unit: 'ms' },
    { name: `look at ${count} runs`, figure: next, unit: 'ms', limit: LIMIT_MS },
  ];
}

/**
 * What it lists is new each time, as what comes from a network is. What listing and parsing a page costs is left out: of
 * 500 objects, it is a few milliseconds.
 */
async function clusterOf(count: number): Promise<Cluster> {
  const memory = memoryCluster('bench', { now });
  for (let index = 0; index < count; index += 1) await memory.create('AnalysisRun', runOf(index));
  const runs = memory.objects('AnalysisRun');
  const { resourceVersion } = await memory.list('AnalysisRun', { limit: 1 });
  return {
    ...memory,
    async list<K extends ResourceKind>(kind: K, query: ListQuery = {}) {
      if (kind !== 'AnalysisRun') return memory.list(kind, query);
      const items: AnalysisRun[] = [];
      const from = Number(query.continue ?? 0);
      for (const run of runs.slice(from, from + 500)) {
        if (items.length % 20 === 0) await pause();
        items.push(structuredClone(run));
      }
      const next = from + 500 < count ? { continue: String(from + 500) } : {};
      return { items: items as readonly KubernetesObject[] as Resources[K][], resourceVersion, ...next };
    },
  };
}

async function listsOfOwned(count: number): Promise<Figure> {
  const labelSelector = 'rollouts-pod-template-hash';
  const cluster = memoryCluster('bench', { now });
  for (let index = 0; index < count; index += 1) {
    const ownerReferences = [
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', name: 'e', uid: `e-${index % 500}`, controller: true },
    ];
    const labels = { [labelSelector]: 'x' };
    await cluster.create('ReplicaSet', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: `rs-${index}`, namespace: 'shop', labels, ownerReferences },
    });
  }
  const cached = cachedCluster(cluster, [{ kind: 'ReplicaSet', labelSelector }]);
  const abort = new AbortController();
  const following = cached.start(abort.signal);
  await cached.whenSynced();
  const figure = await longestHold(async () => {
    for (let index = 0; index < 500; index += 1) {
      cached.listStored('ReplicaSet', { namespace: 'shop', labelSelector, ownerUid: `e-${index}` });
    }
  });
  abort.abort();
  await following;
  return { name: `500 times listStored of an owner, ${count} ReplicaSets`, figure, unit: 'ms', limit: LIMIT_MS };
}

/** Not due for an hour. */
function runOf(index: number): AnalysisRun {
  const time = new Date().toISOString().replace(/\.\d+/, '');
  const measurements = Array.from({ length: 10 }, () => aMeasurement({ startedAt: time, finishedAt: time }));
  return aRun({
    metadata: { name: `run-${index}`, namespace: `team-${index % 50}`, uid: `uid-${index}` },
    spec: { metrics: METRICS.map((name) => aMetric({ name, interval: '2h' })) },
    status: {
      phase: 'Running',
      startedAt: time,
      metricResults: METRICS.map((name) => aResult({ name, measurements, count: 10, successful: 10 })),
    },
  });
}

/** Of several tries the shortest, since what else runs on the machine holds everything up too. */
async function longestHold(work: (nth: number) => Promise<void>, tries = TRIES): Promise<number> {
  const holds: number[] = [];
  for (let nth = 0; nth < tries; nth += 1) {
    await sleep(200);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await sleep(20);
    await work(nth);
    await sleep(20);
    delay.disable();
    holds.push(delay.max / 1_000_000);
  }
  return Math.min(...holds);
}

await main();
