import { setTimeout as sleep } from 'node:timers/promises';
import { type AssayServe, startAssayServe } from '../e2e/servers/assay-serve.ts';
import { type ManyClusters, startManyClusters } from '../e2e/servers/many-clusters.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';
import { describeMachine, formatFigures } from './figures.ts';
import { cpuMs, rssMb } from './process-usage.ts';

// `npm run bench:contexts`: one `assay serve` for 200 clusters, each with 200 finished runs, twenty of them with runs that
// measure; one of them then has its watches expire all the time. The clusters are memory clusters behind TLS.

const CLUSTERS = 200;
const FINISHED = 200;
const BUSY = { clusters: 20, runs: 10, intervalSeconds: 5 };
const STORM = { cluster: `c-${CLUSTERS - 1}`, timesASecond: 10 };
const WINDOW_MS = 45_000;

async function main(): Promise<void> {
  console.log(`${describeMachine()}; shared with the clusters, which are another process\n`);
  const many = await startManyClusters({ clusters: CLUSTERS, finished: FINISHED, busy: BUSY });
  const startedMs = Date.now();
  const assay = await startAssayServe({
    kubeconfigPath: many.kubeconfigFor('bench'),
    args: ['--all-contexts'],
    nodeArgs: process.env['ASSAY_CPU_PROFILE']
      ? ['--cpu-prof', `--cpu-prof-dir=${process.env['ASSAY_CPU_PROFILE']}`]
      : [],
    awaitReady: false,
  });
  try {
    await waitFor('all clusters to be read', () => syncedIn(assay) === CLUSTERS, { timeoutMs: 300_000 });
    const startMs = Date.now() - startedMs;
    const start = await many.counts();
    const starting = { cpu: cpuMs(assay.pid), rss: rssMb(assay.pid) };
    await sleep(20_000);
    const quiet = await window(assay, many);
    await many.storm(STORM.cluster, STORM.timesASecond);
    const storm = await window(assay, many);
    await many.storm(STORM.cluster, 0);
    await sleep(15_000);
    const { now, peak } = rssMb(assay.pid);
    const page = (await assay.page('/metrics')).body;
    const kept = [...page.matchAll(/^analysis_run_info\{.*\} 1$/gm)].length;
    console.log(
      `${CLUSTERS} contexts with ${FINISHED} finished runs each, ${BUSY.clusters} of them with ${BUSY.runs} runs at ${BUSY.intervalSeconds} s\n`,
    );
    console.log(
      `${formatFigures([
        { name: 'start, until every cluster has been read', figure: startMs / 1000, unit: 's', limit: 60 },
        { name: '… processor time', figure: (starting.cpu.own + starting.cpu.kernel) / 1000, unit: 's' },
        { name: '… lists at once', figure: start.mostLists, unit: 'lists', limit: 16 },
        { name: '… lists', figure: start.lists, unit: 'lists' },
        { name: 'connections at once', figure: (await many.counts()).mostConnections, unit: 'connections' },
        { name: 'runs kept', figure: kept, unit: 'runs' },
        { name: 'memory once all are read (RSS)', figure: starting.rss.now, unit: 'MB', limit: 600 },
        { name: 'memory at the end (RSS)', figure: now, unit: 'MB', limit: 600 },
        { name: 'memory at its highest (RSS)', figure: peak, unit: 'MB' },
        { name: 'lateness p50', figure: quiet.p50, unit: 's' },
        { name: 'lateness p99 (bound of its bucket)', figure: quiet.p99, unit: 's' },
        { name: 'lists of the storm', figure: storm.lists, unit: 'lists' },
        { name: 'lateness p50 of the others beside it', figure: storm.p50, unit: 's' },
        { name: 'lateness p99 of the others beside it', figure: storm.p99, unit: 's', limit: quiet.p99 + 0.5 },
        { name: 'processor time a second, quiet', figure: quiet.cpuMs, unit: 'ms' },
        { name: 'processor time a second, beside the storm', figure: storm.cpuMs, unit: 'ms' },
      ])}\n`,
    );
  } finally {
    await assay.stop();
    await many.stop();
  }
}

function syncedIn(assay: AssayServe): number {
  return assay.log().filter(({ message }) => message === 'cluster synced').length;
}

/** What goes on in some time. */
async function window(assay: AssayServe, many: ManyClusters) {
  const before = { buckets: await bucketsOf(assay), cpu: cpuMs(assay.pid), counts: await many.counts() };
  await sleep(WINDOW_MS);
  const after = { buckets: await bucketsOf(assay), cpu: cpuMs(assay.pid), counts: await many.counts() };
  const counts = new Map([...after.buckets].map(([bound, count]) => [bound, count - (before.buckets.get(bound) ?? 0)]));
  return {
    p50: quantile(counts, 0.5),
    p99: quantile(counts, 0.99),
    lists: after.counts.lists - before.counts.lists,
    cpuMs: ((after.cpu.own + after.cpu.kernel - before.cpu.own - before.cpu.kernel) * 1000) / WINDOW_MS,
  };
}

/** Measurements that were so late at most, of all clusters. */
async function bucketsOf(assay: AssayServe): Promise<ReadonlyMap<number, number>> {
  const { body } = await assay.page('/metrics');
  const counts = new Map<number, number>();
  for (const [, bound = '', count] of body.matchAll(
    /^assay_measurement_lateness_seconds_bucket\{le="([^"]+)"[^}]*\} (\d+)$/gm,
  )) {
    const seconds = Number(bound.replace('+Inf', 'Infinity'));
    counts.set(seconds, (counts.get(seconds) ?? 0) + Number(count));
  }
  return counts;
}

/** The bound of the bucket in which it lies. */
function quantile(counts: ReadonlyMap<number, number>, part: number): number {
  const total = counts.get(Infinity) ?? 0;
  const inOrder = [...counts].toSorted(([left], [right]) => left - right);
  return total === 0 ? Infinity : (inOrder.find(([, count]) => count >= total * part)?.[0] ?? Infinity);
}

await main();
