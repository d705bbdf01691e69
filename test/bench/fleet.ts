import { parseArgs } from 'node:util';
import { type FleetOptions, type FleetPart, type FleetReport, playFleet } from '../fleet/fleet.ts';
import { MODEL } from '../fleet/model.ts';
import { IDLE_POLLS_A_MONTH, PRICES } from './aws-prices.ts';
import { describeMachine, type Figure, formatFigures } from './figures.ts';
import { measureContainer } from './fleet-container.ts';

// `npm run bench:fleet`: a deployment with 100, 300 and 1,000 clusters by a virtual clock (test/fleet), and one real process
// of on-message that meets a thousand over TLS. `-- --clusters=100` for one size alone, `--container=0` and `--clusters=`
// for one half.

const MINUTES_A_MONTH = 30 * 24 * 60;
/** Alarms, the dashboard, metrics of the stage and polls that find nothing: docs/deploy.md. */
const DEPLOYMENT_A_MONTH = 1 + 3 + 1.8 + IDLE_POLLS_A_MONTH * PRICES.sqsRequest;
/** Lambda keeps environments for hours; each reads the secret of each cluster that it meets. */
const ENVIRONMENT_HOURS = 2;
const SECRET_READ = 0.05 / 10_000;

const { values } = parseArgs({
  options: {
    clusters: { type: 'string', default: '100,300,1000' },
    minutes: { type: 'string', default: '1' },
    /** `concurrentBatches` of the deployment; docs/fleet.md says 40. */
    batches: { type: 'string', default: '40' },
    container: { type: 'string', default: '1000' },
  },
});

function optionsOf(clusters: number): FleetOptions {
  const share = (of: number): number => Math.max(Math.round(clusters / of), 1);
  return {
    clusters,
    batchesAtMost: Number(values.batches),
    busy: share(10),
    runs: 20,
    intervalSeconds: 10,
    ill: { silent: share(100), refusing: share(100), flooding: share(200), denied: share(200) },
    floodASecond: 20,
    added: 20,
    minutes: Number(values.minutes),
  };
}

async function main(): Promise<void> {
  const sizes = values.clusters.split(',').filter(Boolean).map(Number);
  console.log(describeMachine());
  console.log(
    `Simulated by a virtual clock, so the machine does not matter, with these figures of AWS and networks:\n`,
  );
  console.log(`${JSON.stringify(MODEL, undefined, 1).replaceAll(/[{}"]/g, '')}\n`);
  for (const clusters of sizes) {
    const options = optionsOf(clusters);
    const { busy, runs, intervalSeconds, ill } = options;
    const what = `${busy} with ${runs} runs at ${intervalSeconds} s; ill: ${JSON.stringify(ill)}`;
    console.log(`${clusters} clusters: ${what}; ${values.batches} batches at once at most\n`);
    console.log(`${formatFigures(figuresOf(options, await playFleet(options)))}\n`);
  }
  const met = Number(values.container);
  if (met === 0) return;
  console.log(`One environment of on-message that meets ${met} clusters, over TLS on real sockets, on this machine\n`);
  console.log(formatFigures(await measureContainer(met)));
}

function figuresOf(options: FleetOptions, report: FleetReport): Figure[] {
  const { clusters, busy } = options;
  const { idle, alone, beside, firstSeconds, scheduleSeconds, failures, errors, silentRequests } = report;
  const idleMonth = (figure: number): number => month(figure, idle) / clusters;
  const busyMonth = (inAlone: number, inIdle: number): number =>
    (month(inAlone, alone) - month(inIdle, idle)) / busy + idleMonth(inIdle);
  const secrets = alone.environments * ((30 * 24) / ENVIRONMENT_HOURS) * SECRET_READ;
  const idleDollars = idleMonth(idle.dollars);
  const share = DEPLOYMENT_A_MONTH / clusters;
  for (const line of errors.slice(0, 5)) console.log(`error: ${line}`);
  return [
    { name: 'lateness p50, alone', figure: quantile(alone.late, 0.5), unit: 's' },
    { name: 'lateness p99, alone', figure: quantile(alone.late, 0.99), unit: 's', limit: 1.5 },
    { name: 'lateness p50, beside the ill', figure: quantile(beside.late, 0.5), unit: 's' },
    { name: 'lateness p99, beside the ill', figure: quantile(beside.late, 0.99), unit: 's', limit: 1.5 },
    { name: 'lateness at most, alone', figure: quantile(alone.late, 1), unit: 's' },
    { name: 'lateness at most, beside the ill', figure: quantile(beside.late, 1), unit: 's' },
    { name: 'measurements, alone', figure: alone.measurements, unit: '' },
    { name: 'measurements of the same clusters, beside the ill', figure: beside.measurements, unit: '' },
    { name: 'new cluster first asked after, at most', figure: Math.max(...firstSeconds), unit: 's', limit: 120 },
    { name: 'messages that came back, calls that threw', figure: failures, unit: '', limit: 0 },
    { name: 'lines of the level error', figure: errors.length, unit: '', limit: 0 },
    { name: 'on-schedule took, at most', figure: scheduleSeconds, unit: 's', limit: 30 },
    { name: 'environments of on-message: idle', figure: idle.environments, unit: '' },
    { name: '… with busy ones', figure: alone.environments, unit: '' },
    { name: '… beside the ill', figure: beside.environments, unit: '' },
    { name: 'requests to one that is silent, at most', figure: silentRequests, unit: '' },
    { name: 'registry requests a minute: idle', figure: registry(idle), unit: '' },
    { name: '… with busy ones', figure: registry(alone), unit: '' },
    { name: '… throttled in all parts', figure: idle.throttled + alone.throttled + beside.throttled, unit: '' },
    { name: 'an idle cluster a month: SQS requests', figure: idleMonth(idle.usage.sqsRequests), unit: '' },
    { name: '… requests to its API server', figure: idleMonth(idle.apiRequests), unit: '' },
    { name: '… billed', figure: idleMonth(billedMs(idle)) / 1000, unit: 's' },
    { name: '… its looks', figure: idleDollars, unit: '$' },
    { name: '… reads of its secret', figure: secrets, unit: '$' },
    { name: '… its share of the deployment', figure: share, unit: '$' },
    { name: '… in all', figure: idleDollars + secrets + share, unit: '$', limit: 0.15 },
    {
      name: 'a busy one a month: SQS requests',
      figure: busyMonth(alone.usage.sqsRequests, idle.usage.sqsRequests),
      unit: '',
    },
    { name: '… requests to its API server', figure: busyMonth(alone.apiRequests, idle.apiRequests), unit: '' },
    { name: '… billed', figure: busyMonth(billedMs(alone), billedMs(idle)) / 1000, unit: 's' },
    { name: '… in all', figure: busyMonth(alone.dollars, idle.dollars) + secrets + share, unit: '$' },
    {
      name: '… a million measurements',
      figure: ((alone.dollars - (idle.dollars / idle.minutes) * alone.minutes) / alone.measurements) * 1e6,
      unit: '$',
    },
  ];
}

function month(figure: number, { minutes }: FleetPart): number {
  return (figure / minutes) * MINUTES_A_MONTH;
}

/** Requests a minute. */
function registry({ aws, minutes }: FleetPart): number {
  return ((aws.get('GetParameters') ?? 0) + (aws.get('GetParametersByPath') ?? 0)) / minutes;
}

function billedMs({ usage }: FleetPart): number {
  return usage.billed.reduce((sum, { ms }) => sum + ms, 0);
}

function quantile(ascending: readonly number[], part: number): number {
  return ascending[Math.ceil(ascending.length * part) - 1] ?? Infinity;
}

await main();
