import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { aRun } from '../builders.ts';
import { openEventBridgeStub } from '../contract/event-bridge-stub.ts';
import { type AssayWebhook, installWebhook, startAssayWebhook } from '../e2e/servers/assay-webhook.ts';
import { type ControlPlane, startControlPlane } from '../e2e/servers/control-plane.ts';
import { startEventSink } from '../e2e/servers/event-sink.ts';
import { findFreePort } from '../e2e/servers/free-port.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';
import { describeMachine, type Figure, formatFigures } from './figures.ts';

// `npm run bench:webhook [-- SECONDS]`: the webhook behind a real API server, and under a load that no API server makes
// on this machine. SECONDS: how long the bus is down; default 60.

const BUSY_SECONDS = 10;
const DOWN_SECONDS = Number(process.argv[2] ?? 60);
const RATE = 1000;
/** API servers keep as many idle connections to a webhook. */
const CONNECTIONS = 25;
const RUNS = '/apis/argoproj.io/v1alpha1/namespaces/bench/analysisruns';

async function main(): Promise<void> {
  console.log(`${describeMachine()}; shared with kube-apiserver, etcd and the bench itself\n`);
  const plane = await startControlPlane();
  const port = await findFreePort();
  try {
    await installWebhook(plane, port);
    await plane.kubectl(['create', 'namespace', 'bench']);
    console.log(`Behind a real API server\n\n${formatFigures(await measureBehindApiServer(plane, port))}\n`);
    console.log(`At ${RATE} admissions a second, with the bus http\n`);
    console.log(`${formatFigures(await measureUnderLoad(plane, port))}\n`);
    console.log(`At ${RATE} admissions a second, with the bus EventBridge (a stand-in)\n`);
    console.log(formatFigures(await measureEventBridge(plane, port)));
  } finally {
    await plane.stop();
  }
}

/** What the API server itself measures of the webhook; and that it never had to go on without it. */
async function measureBehindApiServer(plane: ControlPlane, port: number): Promise<Figure[]> {
  const without = await createRuns(plane, 'without', 500);
  const sink = await startEventSink();
  const webhook = await startAssayWebhook({ plane, port, env: sink.env });
  try {
    await waitFor('a first event', async () => {
      await createRuns(plane, `first-${sink.events.length}-${Math.round(performance.now())}`, 1);
      return sink.events.length > 0;
    });
    await createRuns(plane, 'warm', 200);
    const before = await webhookHistogram(plane);
    const within = await createRuns(plane, 'with', 500);
    const after = await webhookHistogram(plane);
    const name = 'admissions that the API server saw take longer than 5 ms';
    const [slow, all] = [after.slow - before.slow, after.all - before.all];
    return [
      { name: 'creation of a run without the webhook, p50', figure: quantile(without, 0.5), unit: 'ms' },
      { name: 'creation of a run with the webhook, p50', figure: quantile(within, 0.5), unit: 'ms' },
      {
        name: 'an admission as the API server sees it, mean',
        figure: ((after.sum - before.sum) / all) * 1000,
        unit: 'ms',
      },
      { name, figure: (slow / all) * 100, unit: '%', limit: 1 },
      { name: 'admissions that the API server did not wait for', figure: after.failedOpen, unit: 'calls', limit: 0 },
    ];
  } finally {
    await webhook.kill();
    await sink.stop();
  }
}

/** One after the other; the times of each in milliseconds. */
async function createRuns(plane: ControlPlane, prefix: string, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const body = aRun({ metadata: { name: `${prefix}-${index}`, namespace: 'bench' } });
    const startedMs = performance.now();
    await plane.api.call(RUNS, { method: 'POST', body });
    times.push(performance.now() - startedMs);
  }
  return times;
}

async function webhookHistogram(plane: ControlPlane) {
  const page = await plane.kubectl(['get', '--raw', '/metrics']);
  const sumOf = (metric: string, label = ''): number =>
    page
      .split('\n')
      .filter((line) => line.startsWith(`${metric}{`) && line.includes('webhook.assay.dev') && line.includes(label))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  const duration = 'apiserver_admission_webhook_admission_duration_seconds';
  const all = sumOf(`${duration}_count`);
  return {
    all,
    slow: all - sumOf(`${duration}_bucket`, 'le="0.005"'),
    sum: sumOf(`${duration}_sum`),
    failedOpen: sumOf('apiserver_admission_webhook_fail_open_count', 'error_type="calling_webhook_error"'),
  };
}

async function measureUnderLoad(plane: ControlPlane, port: number): Promise<Figure[]> {
  const sink = await startEventSink();
  const webhook = await startAssayWebhook({ plane, port, env: sink.env });
  const load = loadOf(port);
  try {
    await load.run(3);
    const busy = await measured(webhook, () => load.run(BUSY_SECONDS));
    const rssBusy = peakRssMb(webhook.pid);
    await sink.goAway();
    const down = await measured(webhook, () => load.run(DOWN_SECONDS));
    const waiting = await metricOf(webhook, 'events_waiting');
    await sink.comeBack();
    const backMs = performance.now();
    await waitFor('what waited to be told', async () => (await metricOf(webhook, 'events_waiting')) === 0, {
      timeoutMs: 60_000,
    });
    const drainedMs = performance.now() - backMs;
    const before = sink.events.length;
    const sentMs = performance.now();
    await load.send();
    const event = await waitFor('one more event', () => sink.events[before], { everyMs: 5 });
    return [
      ...figuresOf('', busy),
      { name: 'memory at its highest (RSS)', figure: rssBusy, unit: 'MB', limit: 80 },
      ...figuresOf(`, the bus down for ${DOWN_SECONDS} s`, down),
      { name: 'memory at its highest (RSS), the bus down', figure: peakRssMb(webhook.pid), unit: 'MB', limit: 80 },
      { name: 'events waiting when the bus comes back', figure: waiting, unit: 'events', limit: 2000 },
      { name: 'events shed by then', figure: await metricOf(webhook, 'events_shed_total'), unit: 'events' },
      { name: 'until they are told, retries included', figure: drainedMs / 1000, unit: 's' },
      { name: 'from an admission to its event, afterwards', figure: event.atMs - sentMs, unit: 'ms', limit: 100 },
    ];
  } finally {
    load.close();
    await webhook.kill();
    await sink.stop();
  }
}

async function measureEventBridge(plane: ControlPlane, port: number): Promise<Figure[]> {
  const stub = await openEventBridgeStub();
  const env = {
    ASSAY_BUS_ARN: 'arn:aws:events:eu-west-1:111122223333:event-bus/assay',
    AWS_ENDPOINT_URL_EVENTBRIDGE: stub.url,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  };
  const webhook = await startAssayWebhook({ plane, port, env });
  const load = loadOf(port);
  try {
    await load.run(3);
    const busy = await measured(webhook, () => load.run(BUSY_SECONDS));
    const lost = (await metricOf(webhook, 'events_shed_total')) + (await metricOf(webhook, 'bus_failures_total'));
    return [
      ...figuresOf('', busy),
      { name: 'memory at its highest (RSS)', figure: peakRssMb(webhook.pid), unit: 'MB', limit: 80 },
      { name: 'events shed, and calls that failed', figure: lost, unit: '', limit: 0 },
    ];
  } finally {
    load.close();
    await webhook.kill();
    await stub.close();
  }
}

interface Measured {
  readonly times: readonly number[];
  readonly cpuMs: number;
}

async function measured(webhook: AssayWebhook, run: () => Promise<readonly number[]>): Promise<Measured> {
  const before = cpuMs(webhook.pid);
  const times = await run();
  return { times, cpuMs: cpuMs(webhook.pid) - before };
}

function figuresOf(suffix: string, { times, cpuMs: usedMs }: Measured): Figure[] {
  const failed = times.filter((time) => !Number.isFinite(time)).length;
  return [
    { name: `admissions${suffix}`, figure: times.length, unit: 'reviews' },
    { name: `without an answer${suffix}`, figure: failed, unit: 'reviews', limit: 0 },
    { name: `an answer p50${suffix}`, figure: quantile(times, 0.5), unit: 'ms' },
    { name: `an answer p99${suffix}`, figure: quantile(times, 0.99), unit: 'ms', limit: 5 },
    // 1,000 a second fit on one core if each takes no more than 1 ms of it.
    { name: `processor time an admission${suffix}`, figure: usedMs / times.length, unit: 'ms', limit: 1 },
  ];
}

/** Reviews as an API server sends them, each of another run. */
function loadOf(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, rejectUnauthorized: false });
  let sent = 0;

  /** The time until the answer, in milliseconds; infinite where there is none. */
  const send = (): Promise<number> =>
    new Promise((resolve) => {
      const body = reviewOf((sent += 1));
      const startedMs = performance.now();
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const outgoing = request({ host: '127.0.0.1', port, path: '/admission', method: 'POST', agent, headers });
      outgoing.on('response', (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode === 200 ? performance.now() - startedMs : Infinity));
      });
      outgoing.on('error', () => resolve(Infinity));
      outgoing.end(body);
    });

  return {
    send,
    async run(seconds: number): Promise<readonly number[]> {
      const answers: Promise<number>[] = [];
      const startedMs = performance.now();
      while (answers.length < RATE * seconds) {
        const due = Math.min(((performance.now() - startedMs) / 1000) * RATE, RATE * seconds);
        while (answers.length < due) answers.push(send());
        await sleep(1);
      }
      return Promise.all(answers);
    },
    close: () => agent.destroy(),
  };
}

function reviewOf(number: number): string {
  const name = `run-${number}`;
  const object = aRun({ metadata: { name, uid: `uid-${number}`, namespace: 'bench' } });
  const kind = { group: 'argoproj.io', version: 'v1alpha1', kind: 'AnalysisRun' };
  const resource = { group: 'argoproj.io', version: 'v1alpha1', resource: 'analysisruns' };
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: { uid: `review-${number}`, kind, resource, name, namespace: 'bench', operation: 'CREATE', object },
  });
}

function quantile(figures: readonly number[], share: number): number {
  return figures.toSorted((a, b) => a - b)[Math.ceil(figures.length * share) - 1] ?? Infinity;
}

async function metricOf(webhook: AssayWebhook, name: string): Promise<number> {
  const { body } = await webhook.page('/metrics');
  return Number(new RegExp(`^assay_webhook_${name} (\\S+)$`, 'm').exec(body)?.[1] ?? Infinity);
}

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const TICK_MS = 10;
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function peakRssMb(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Infinity) / 1024;
}

await main();
