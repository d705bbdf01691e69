import { type AssayServe, startAssayServe } from '../e2e/servers/assay-serve.ts';
import { type ControlPlane, startControlPlane } from '../e2e/servers/control-plane.ts';
import { type PrometheusServer, startPrometheus } from '../e2e/servers/prometheus.ts';
import { startSampleService } from '../e2e/servers/sample-service.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';
import { compareWithArgo } from './beside-argo.ts';
import { describeMachine, type Figure, formatFigures } from './figures.ts';
import { cpuMs, rssMb } from './process-usage.ts';
import { createRuns, finishedRuns, type RunLoad, storedLateness } from './run-load.ts';

// `npm run bench:serve [argo|WORDS OF A NAME]`: `assay serve` against a real API server and a real Prometheus, all on this
// machine; first beside Argo's own controller, with the same of each.
// ASSAY_CPU_PROFILE=FOLDER leaves profiles of the first there.

interface Scenario extends RunLoad {
  readonly name: string;
  readonly limits: { readonly latenessSeconds: number; readonly cpuMs?: number; readonly rssMb?: number };
}

const NAMESPACE = 'bench';
const LIMITS = { latenessSeconds: 1, cpuMs: 1.5, rssMb: 200 };
const SCENARIOS: readonly Scenario[] = [
  {
    name: '500 runs at 5 s, begun at once',
    namespace: NAMESPACE,
    runs: 500,
    overSeconds: 0,
    intervalSeconds: 5,
    measurements: 10,
    limits: LIMITS,
  },
  {
    name: '500 runs at 5 s, begun evenly',
    namespace: NAMESPACE,
    runs: 500,
    overSeconds: 5,
    intervalSeconds: 5,
    measurements: 10,
    limits: LIMITS,
  },
  {
    name: '2,000 runs at 30 s, begun evenly',
    namespace: NAMESPACE,
    runs: 2000,
    overSeconds: 30,
    intervalSeconds: 30,
    measurements: 4,
    limits: { latenessSeconds: 1 },
  },
];

async function main(): Promise<void> {
  const wanted = process.argv[2];
  console.log(`${describeMachine()}; shared with kube-apiserver, etcd, Prometheus and the bench itself\n`);
  const service = await startSampleService();
  service.set('success_ratio', {}, 0.99);
  const prometheus = await startPrometheus({ targets: [service.target], scrapeInterval: '1s' });
  await waitFor('a first sample', async () => (await prometheus.query('success_ratio')).length > 0 || undefined);
  try {
    if (wanted === undefined || wanted === 'argo') await compareWithArgo(prometheus);
    for (const scenario of SCENARIOS) {
      if (wanted === undefined || scenario.name.includes(wanted)) await play(scenario, prometheus);
    }
  } finally {
    await prometheus.remove();
    await service.stop();
  }
}

/** Each scenario has a cluster and a process of its own, so that none pays for the one before. */
async function play(scenario: Scenario, prometheus: PrometheusServer): Promise<void> {
  const plane = await startControlPlane({ controllers: false });
  try {
    await plane.kubectl(['apply', '-f', 'infra/cluster/crds']);
    await plane.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']);
    await plane.kubectl(['create', 'namespace', NAMESPACE]);
    const assay = await startAssayServe({ kubeconfigPath: plane.kubeconfigPath });
    try {
      console.log(`${scenario.name}, ${scenario.measurements} measurements each\n`);
      console.log(`${formatFigures(await measure(scenario, plane, assay, prometheus.url))}\n`);
    } finally {
      await assay.stop();
    }
  } finally {
    await plane.stop();
  }
}

async function measure(scenario: Scenario, plane: ControlPlane, assay: AssayServe, address: string): Promise<Figure[]> {
  const requestsBefore = await requestCounts(plane);
  const cpuBeforeMs = cpuMs(assay.pid);
  await createRuns(scenario, plane, address);
  const runs = await finishedRuns(scenario, plane);
  const cpuAfterMs = cpuMs(assay.pid);
  const ownMs = cpuAfterMs.own - cpuBeforeMs.own;
  const kernelMs = cpuAfterMs.kernel - cpuBeforeMs.kernel;
  const requestsAfter = await requestCounts(plane);
  const page = (await assay.page('/metrics')).body;

  const taken = runs.reduce((sum, run) => sum + (run.status?.metricResults?.[0]?.count ?? 0), 0);
  const perMeasurement = (verb: string) => ((requestsAfter.get(verb) ?? 0) - (requestsBefore.get(verb) ?? 0)) / taken;
  const { latenessSeconds, cpuMs: cpuLimit, rssMb: rssLimit } = scenario.limits;
  const unsuccessful = runs.filter(({ status }) => status?.phase !== 'Successful');
  return [
    { name: 'runs that are not successful', figure: unsuccessful.length, unit: 'runs', limit: 0 },
    { name: 'lateness p50 (bound of its bucket)', figure: latenessQuantile(page, 0.5), unit: 's' },
    {
      name: 'lateness p99 (bound of its bucket)',
      figure: latenessQuantile(page, 0.99),
      unit: 's',
      limit: latenessSeconds,
    },
    {
      name: 'lateness p99 in the statuses (whole seconds)',
      figure: storedLateness(runs, scenario),
      unit: 's',
      limit: latenessSeconds,
    },
    {
      name: 'CPU a measurement',
      figure: (ownMs + kernelMs) / taken,
      unit: 'ms',
      ...(cpuLimit !== undefined && { limit: cpuLimit }),
    },
    { name: '… of which in the kernel', figure: kernelMs / taken, unit: 'ms' },
    { name: 'writes of runs a measurement', figure: perMeasurement('PATCH'), unit: 'requests', limit: 1 },
    { name: 'reads of runs a measurement', figure: perMeasurement('GET'), unit: 'requests', limit: 0 },
    {
      name: 'memory at its highest (RSS)',
      figure: rssMb(assay.pid).peak,
      unit: 'MB',
      ...(rssLimit !== undefined && { limit: rssLimit }),
    },
  ];
}

/** The upper bound of the bucket in which the quantile lies, which is at least the quantile. */
function latenessQuantile(page: string, quantile: number): number {
  const buckets = [...page.matchAll(/^assay_measurement_lateness_seconds_bucket\{le="([^"]+)"[^}]*\} (\d+)$/gm)];
  const total = Number(buckets.at(-1)?.[2] ?? 0);
  const bucket = buckets.find(([, , count]) => Number(count) >= total * quantile);
  return total === 0 ? Infinity : Number((bucket?.[1] ?? '+Inf').replace('+Inf', 'Infinity'));
}

/** Requests for AnalysisRuns that the API server has answered so far, by verb. */
async function requestCounts(plane: ControlPlane): Promise<ReadonlyMap<string, number>> {
  const page = await plane.kubectl(['get', '--raw', '/metrics']);
  const counts = new Map<string, number>();
  for (const [, labels = '', value] of page.matchAll(/^apiserver_request_total\{([^}]*)\} (\S+)$/gm)) {
    if (!labels.includes('resource="analysisruns"')) continue;
    const verb = /verb="(\w+)"/.exec(labels)?.[1] ?? '';
    counts.set(verb, (counts.get(verb) ?? 0) + Number(value));
  }
  return counts;
}

await main();
