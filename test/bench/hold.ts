import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { refOf } from '../../lib/model/ref.ts';
import type { ResourceKind, Resources } from '../../lib/model/resources.ts';
import type { Log } from '../../lib/model/ports.ts';
import type { Timers } from '../../lib/model/timers.ts';
import { systemTimers } from '../../lib/queues/system-timers.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { type Inventory, prometheusMeter } from '../../lib/serve/prometheus-meter.ts';
import { serve } from '../../lib/serve/serve.ts';
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
  const figures = [...(await scrapes(5000)), await look(10_000), await listsOfOwned(10_000)];
  console.log(formatFigures(figures));
}

async function scrapes(count: number): Promise<readonly Figure[]> {
  const runs: readonly KubernetesObject[] = Array.from({ length: count }, (_, index) => runOf(index));
  const inventory: Inventory = {
    name: 'bench',
    stored: <K extends ResourceKind>(kind: K) => (kind === 'AnalysisRun' ? runs : []) as Resources[K][],
  };
  const page = prometheusMeter(() => [inventory], { log });
  for (const run of runs) {
    page.meet(refOf('bench', run));
    page.meter.stepped(refOf('bench', run), 0.02);
  }
  let bytes = 0;
  const scrape = async (): Promise<void> => {
    bytes = 0;
    // As the server does, which writes bytes.
    for await (const part of page.render().body) bytes += Buffer.from(part).length;
  };
  const first = await longestHold(scrape, 1);
  const next = await longestHold(scrape);
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

/** The timers of `serve` are held, but for its look at everything, which is called. */
async function look(count: number): Promise<Figure> {
  const looks: (() => void)[] = [];
  const timers: Timers = {
    nowMs: systemTimers.nowMs,
    after(delayMs, call) {
      if (delayMs === HOUR_MS) looks.push(call);
      return () => {};
    },
  };
  const { stop } = await serveRuns(count, timers);
  const figure = await longestHold(async () => {
    looks.at(-1)?.();
    // Until it has gone through all of them: nothing tells when.
    await sleep(2000);
  });
  await stop();
  return { name: `look at ${count} runs`, figure, unit: 'ms', limit: LIMIT_MS };
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

async function serveRuns(count: number, timers: Timers) {
  const cluster = memoryCluster('bench', { now });
  for (let index = 0; index < count; index += 1) await cluster.create('AnalysisRun', runOf(index));
  const cached = cachedCluster(cluster, scopesOf({}));
  const serving = serve({ clusters: [cached], log, now, timers, resyncMs: HOUR_MS });
  await cached.whenSynced();
  await sleep(500);
  return { stop: async () => serving.stop() };
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
async function longestHold(work: () => Promise<void>, tries = TRIES): Promise<number> {
  const holds: number[] = [];
  for (let nth = 0; nth < tries; nth += 1) {
    await sleep(200);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await sleep(20);
    await work();
    await sleep(20);
    delay.disable();
    holds.push(delay.max / 1_000_000);
  }
  return Math.min(...holds);
}

await main();
