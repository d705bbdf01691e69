import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAssayServe } from '../e2e/servers/assay-serve.ts';
import { type ControlPlane, startControlPlane } from '../e2e/servers/control-plane.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';
import { describeMachine, type Figure, formatFigures } from './figures.ts';

// `npm run bench:neighbours`: how late the measurements of one namespace are while all requests of another hang, at the same
// host. `assay serve` against a real API server; the metric server tells the times, which are nothing of Assay's.

const RUNS = 50;
const INTERVAL_SECONDS = 3;
const HANGING = 64;
const WINDOW_MS = 45_000;
/** Half of a window: all that hang end once in it, and hang anew. */
const TIMEOUT_SECONDS = 20;
/** What has to hold whatever the neighbour does. */
const LIMIT_SECONDS = 1;
/** Of Prometheus' API. */
const ANSWER = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[0,"1"]}]}}';

/** A request for an innocent run. */
interface Asked {
  /** When it came in, by the monotonic clock. */
  readonly atMs: number;
  /** How much later than an interval after the answer to the one before; the first has none. */
  readonly lateSeconds?: number;
}

interface MetricServer {
  readonly url: string;
  /** Requests for the innocent ones. */
  readonly asked: readonly Asked[];
  /** Requests that nobody answers: those that are open, and all that came. */
  hanging(): { readonly open: number; readonly all: number };
  stop(): void;
}

async function main(): Promise<void> {
  console.log(`${describeMachine()}; shared with kube-apiserver, etcd and the bench itself\n`);
  const server = await startMetricServer();
  const plane = await startControlPlane({ controllers: false });
  try {
    await plane.kubectl(['apply', '-f', 'infra/cluster/crds']);
    await plane.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']);
    const assay = await startAssayServe({ kubeconfigPath: plane.kubeconfigPath });
    try {
      console.log(`${RUNS} runs at ${INTERVAL_SECONDS} s, for ${WINDOW_MS / 1000} s each way\n`);
      console.log(formatFigures(await measure(plane, server)));
    } finally {
      await assay.stop();
    }
  } finally {
    await plane.stop();
    server.stop();
  }
}

async function measure(plane: ControlPlane, server: MetricServer): Promise<Figure[]> {
  await createRuns(plane, 'innocent', RUNS, (index) => prometheusMetric(server.url, `innocent-${index}`));
  await waitFor('the innocent runs to be measured', () => server.asked.length > 2 * RUNS);
  const alone = await latenessInWindow(server);
  await createRuns(plane, 'hanging', HANGING, (index) =>
    index % 2 === 0 ? prometheusMetric(server.url, 'hang') : webMetric(server.url),
  );
  await waitFor('all to hang', () => server.hanging().open === HANGING);
  const beside = await latenessInWindow(server);
  return [
    ...figuresOf('alone', alone),
    ...figuresOf('beside', beside),
    { name: `requests of ${HANGING} runs that hung then`, figure: server.hanging().all, unit: '' },
  ];
}

async function latenessInWindow({ asked }: MetricServer): Promise<readonly number[]> {
  const fromMs = performance.now();
  await sleep(WINDOW_MS);
  return asked.flatMap(({ atMs, lateSeconds }) => (atMs >= fromMs && lateSeconds !== undefined ? [lateSeconds] : []));
}

function figuresOf(when: string, late: readonly number[]): Figure[] {
  const sorted = late.toSorted((a, b) => a - b);
  const quantile = (part: number) => sorted[Math.ceil(sorted.length * part) - 1] ?? Infinity;
  return [
    { name: `measurements, ${when}`, figure: late.length, unit: '' },
    { name: `lateness p50, ${when}`, figure: quantile(0.5), unit: 's' },
    { name: `lateness p99, ${when}`, figure: quantile(0.99), unit: 's', limit: LIMIT_SECONDS },
    { name: `lateness at most, ${when}`, figure: quantile(1), unit: 's' },
  ];
}

function prometheusMetric(address: string, query: string): object {
  return { prometheus: { address, query, timeout: TIMEOUT_SECONDS } };
}

function webMetric(address: string): object {
  return { web: { url: `${address}/hang`, timeoutSeconds: TIMEOUT_SECONDS, jsonPath: '{$.value}' } };
}

async function createRuns(
  plane: ControlPlane,
  namespace: string,
  count: number,
  providerOf: (index: number) => object,
): Promise<void> {
  await plane.kubectl(['create', 'namespace', namespace]);
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/analysisruns`;
  for (let index = 0; index < count; index += 1) {
    const metric = {
      name: 'measured',
      interval: `${INTERVAL_SECONDS}s`,
      consecutiveErrorLimit: 1000,
      provider: providerOf(index),
    };
    const metadata = { name: `run-${index}` };
    const body = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata, spec: { metrics: [metric] } };
    await plane.api.call(path, { method: 'POST', body });
  }
}

/** Answers queries at once, but for those named `hang`, and all of the path `/hang`: these it reads and never answers. */
async function startMetricServer(): Promise<MetricServer> {
  const asked: Asked[] = [];
  const answeredMs = new Map<string, number>();
  const hanging = new Set<ServerResponse>();
  let all = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const atMs = performance.now();
    const query = new URLSearchParams(await text(request)).get('query') ?? 'hang';
    if (query === 'hang') {
      all += 1;
      hanging.add(response);
      response.once('close', () => hanging.delete(response));
      return;
    }
    const before = answeredMs.get(query);
    asked.push({ atMs, ...(before !== undefined && { lateSeconds: (atMs - before) / 1000 - INTERVAL_SECONDS }) });
    response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
    answeredMs.set(query, performance.now());
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    hanging: () => ({ open: hanging.size, all }),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

await main();
