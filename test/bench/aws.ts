import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Deployment, registerCluster, startDeployment } from '../e2e/aws/deployment.ts';
import { type ControlPlane, startControlPlane } from '../e2e/servers/control-plane.ts';
import { startPrometheus } from '../e2e/servers/prometheus.ts';
import { startSampleService } from '../e2e/servers/sample-service.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';
import {
  createRuns,
  finishedRuns,
  latenessOf,
  type Load,
  type WatchedPrometheus,
  watchPrometheus,
} from './aws-load.ts';
import { billOf, IDLE_POLLS_A_MONTH, PRICES } from './aws-prices.ts';
import { measureRolloutsOnAws } from './aws-rollouts.ts';
import { type Counted, countAll, usedBetween } from './aws-usage.ts';
import { describeMachine, type Figure, formatFigures } from './figures.ts';

// `npm run bench:aws`: the packaged functions as Lambda runs them, on emulated queues and bus, against a real API server and a
// real Prometheus, all on this machine. `-- --runs=20 --measurements=3` for a small one; `--runs=0` or `--rollouts=0` for
// one half alone.

const CLUSTERS = ['one', 'two', 'three'];
const MANIFESTS = join(import.meta.dirname, '../../infra/cluster');
const TICKS = 5;
const MINUTES_A_MONTH = 30 * 24 * 60;

interface Scenario extends Load {
  readonly title: string;
  /** US dollars for a million measurements. */
  readonly dollars: number;
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    measurements: { type: 'string', default: '10' },
    interval: { type: 'string', default: '5' },
    rollouts: { type: 'string', default: '20' },
  },
});

function scenarios(): readonly Scenario[] {
  const runs = Number(values.runs);
  const measurements = Number(values.measurements);
  const intervalSeconds = Number(values.interval);
  const base = { measurements, intervalSeconds };
  const fours = Math.ceil(runs / 4);
  return [
    { ...base, name: 'one', title: `${runs} runs of one metric`, runs, metrics: 1, dollars: 2.5 },
    { ...base, name: 'four', title: `${fours} runs of four metrics`, runs: fours, metrics: 4, dollars: 0.8 },
  ];
}

async function main(): Promise<void> {
  console.log(`${describeMachine()}; shared with kube-apiserver, etcd, Prometheus, the emulators and the bench itself`);
  console.log('Prices of us-east-1 as found in 2026, arm64.\n');
  const service = await startSampleService();
  service.set('success_ratio', {}, 0.99);
  const prometheus = await startPrometheus({ targets: [service.target] });
  try {
    await waitFor('a first sample', async () => (await prometheus.query('success_ratio')).length > 0);
    if (values.runs !== '0') await measureRuns(prometheus.url);
    if (values.rollouts !== '0') await measureRolloutsOnAws(Number(values.rollouts), prometheus.url);
  } finally {
    await prometheus.remove();
    await service.stop();
  }
}

async function measureRuns(prometheus: string): Promise<void> {
  console.log('Three registry entries, each a namespace of one API server.\n');
  const watched = await watchPrometheus(prometheus);
  const plane = await startControlPlane({ controllers: false, crdFolder: join(MANIFESTS, 'crds') });
  const deployment = await startDeployment();
  try {
    await prepare(plane, deployment);
    // Starts processes and fills caches; a deployment that is in use has done so before.
    await play({ name: 'warm', runs: 40, metrics: 1, intervalSeconds: 2, measurements: 4 }, plane, deployment, watched);
    for (const scenario of scenarios()) {
      const { title, intervalSeconds, measurements } = scenario;
      console.log(`${title} at ${intervalSeconds} s, ${measurements} measurements each\n`);
      const played = await play(scenario, plane, deployment, watched);
      console.log(`${formatFigures(figuresOf(scenario, played, deployment))}\n`);
    }
    console.log(`Nothing to do, for a month\n\n${formatFigures(await idleFigures(plane, deployment))}\n`);
  } finally {
    await deployment.stop();
    await plane.stop();
    await watched.stop();
  }
}

async function prepare(plane: ControlPlane, deployment: Deployment): Promise<void> {
  for (const file of ['namespace.yaml', 'rbac.yaml']) await plane.kubectl(['apply', '-f', join(MANIFESTS, file)]);
  for (const cluster of CLUSTERS) {
    await plane.kubectl(['create', 'namespace', cluster]);
    await registerCluster(deployment, cluster, plane, { namespace: cluster });
  }
}

interface Played {
  readonly used: Counted;
  readonly late: readonly number[];
  readonly taken: number;
  readonly unsuccessful: number;
  readonly created: number;
}

async function play(
  load: Load,
  plane: ControlPlane,
  deployment: Deployment,
  { url, asked }: WatchedPrometheus,
): Promise<Played> {
  const before = await countAll(deployment, plane);
  await createRuns(load, CLUSTERS, plane, deployment, url);
  const runs = await finishedRuns(load, CLUSTERS, plane);
  await waitFor('the queue to be empty', async () => (await deployment.messages()) === 0);
  const used = usedBetween(before, await countAll(deployment, plane));
  const results = runs.flatMap(({ status }) => status?.metricResults ?? []);
  return {
    used,
    late: latenessOf(load, asked),
    taken: sum(results.map(({ count = 0 }) => count)),
    unsuccessful: runs.filter(({ status }) => status?.phase !== 'Successful').length,
    created: runs.length,
  };
}

function figuresOf(
  scenario: Scenario,
  { used, late, taken, unsuccessful, created }: Played,
  deployment: Deployment,
): Figure[] {
  const { aws, api, messages, starts } = used;
  // Each run was told of by an event, which the webhook of its cluster would have put on the bus.
  const bill = billOf({ ...aws, events: aws.events + created });
  const each = (count: number): number => count / taken;
  const million = (dollars: number): number => each(dollars) * 1e6;
  const apiCalls = [...api].filter(([, count]) => count > 0);
  return [
    { name: 'runs that are not successful', figure: unsuccessful, unit: 'runs', limit: 0 },
    { name: 'lateness p50', figure: quantile(late, 0.5), unit: 's' },
    { name: 'lateness p99', figure: quantile(late, 0.99), unit: 's', limit: 1.5 },
    { name: 'lateness at most', figure: quantile(late, 1), unit: 's' },
    { name: 'messages an invocation', figure: messages / aws.invocations, unit: 'messages' },
    { name: 'SQS requests a measurement', figure: each(aws.sqsRequests), unit: 'requests' },
    { name: 'API calls a measurement', figure: each(sum(apiCalls.map(([, count]) => count))), unit: 'requests' },
    ...apiCalls.map(([name, count]) => ({ name: `… of which ${name}`, figure: each(count), unit: 'requests' })),
    { name: 'billed a measurement', figure: each(sum(aws.billed.map(({ ms }) => ms))), unit: 'ms' },
    { name: '… environments started meanwhile', figure: starts, unit: '' },
    { name: 'log a measurement', figure: each(aws.logBytes), unit: 'bytes' },
    { name: 'memory of a function at its highest (RSS)', figure: deployment.onMessage.usage().peakRssMb, unit: 'MB' },
    { name: 'a million measurements', figure: million(bill.total), unit: '$', limit: scenario.dollars },
    { name: '… of which SQS', figure: million(bill.sqs), unit: '$' },
    { name: '… of which invocations', figure: million(bill.invocations), unit: '$' },
    {
      name: `… of which computing (${deployment.wiring.onMessage.memoryMb} MB)`,
      figure: million(bill.computing),
      unit: '$',
    },
    { name: '… of which events on the bus', figure: million(bill.events), unit: '$' },
    { name: '… of which logs', figure: million(bill.logs), unit: '$' },
  ];
}

/** What each minute's look at three clusters costs, and waiting for messages. */
async function idleFigures(plane: ControlPlane, deployment: Deployment): Promise<Figure[]> {
  await deployment.tick();
  await waitFor('the queue to be empty', async () => (await deployment.messages()) === 0);
  const before = await countAll(deployment, plane);
  const listsBefore = await runLists(plane);
  for (let count = 0; count < TICKS; count += 1) {
    await deployment.tick();
    await waitFor('the queue to be empty', async () => (await deployment.messages()) === 0);
  }
  const { aws, api } = usedBetween(before, await countAll(deployment, plane));
  const looks = TICKS * CLUSTERS.length;
  const lists = (await runLists(plane)) - listsBefore + sum([...api.values()]);
  return [
    { name: 'API calls, a look at a cluster', figure: lists / looks, unit: 'requests' },
    { name: 'one cluster', figure: (billOf(aws).total / looks) * MINUTES_A_MONTH, unit: '$' },
    { name: 'five pollers that wait for messages', figure: IDLE_POLLS_A_MONTH * PRICES.sqsRequest, unit: '$' },
  ];
}

/** While no runs are under way, the lists are Assay's. */
async function runLists(plane: ControlPlane): Promise<number> {
  const page = await plane.kubectl(['get', '--raw', '/metrics']);
  const lines = [...page.matchAll(/^apiserver_request_total\{([^}]*)\} (\S+)$/gm)];
  const lists = lines.filter(([, labels = '']) => /resource="analysisruns".*verb="LIST"/.test(labels));
  return sum(lists.map(([, , value]) => Number(value)));
}

function quantile(ascending: readonly number[], part: number): number {
  return ascending[Math.ceil(ascending.length * part) - 1] ?? Infinity;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

await main();
