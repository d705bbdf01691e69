import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startArgoController } from '../e2e/servers/argo-controller.ts';
import { startAssayServe } from '../e2e/servers/assay-serve.ts';
import { type ControlPlane, startControlPlane } from '../e2e/servers/control-plane.ts';
import type { PrometheusServer } from '../e2e/servers/prometheus.ts';
import { createScratchFolder, removeScratchFolder } from '../e2e/servers/scratch-folder.ts';
import { type AuditLog, openAuditLog, sumRequests } from './audit-log.ts';
import { type Figure, formatFigures } from './figures.ts';
import { cpuMs, rssMb } from './process-usage.ts';
import { createRuns, finishedRuns, type RunLoad, storedLateness } from './run-load.ts';

const LOAD = { runs: 500, overSeconds: 5, intervalSeconds: 5, measurements: 10 };
/** Neither is to wait for its own limit of requests. */
const RATE = { qps: 2000, burst: 4000 };
const ROUNDS = ['the first 500 runs of the processes', '500 more, their code warm'];

/** A process that looks after the runs of its own namespace, which has its name, as a user of that name. */
interface Contender {
  readonly name: string;
  readonly pid: number;
  stop(): Promise<unknown>;
}

/**
 * What a measurement costs Assay, and Argo's controller. Both at once, with as many runs each, on the same servers: what
 * else the machine does is the same for both, so what tells is the one beside the other.
 */
export async function compareWithArgo(prometheus: PrometheusServer): Promise<void> {
  const folder = createScratchFolder('bench-beside-argo');
  const users = ['argo', 'assay'];
  const audit = openAuditLog(folder, users);
  const plane = await startControlPlane({
    controllers: false,
    crdFolder: join(import.meta.dirname, '../../infra/cluster/crds'),
    users: users.map((name) => ({ name, groups: ['system:masters'] })),
    apiServerFlags: [...audit.flags],
  });
  try {
    for (const name of users) await plane.kubectl(['create', 'namespace', name]);
    const contenders = await Promise.all([startArgo(plane), startAssay(plane)]);
    try {
      for (const [index, title] of ROUNDS.entries()) {
        const load = { ...LOAD, prefix: `round-${index}` };
        const [argo = [], assay = []] = await Promise.all(
          contenders.map(async (each) => measure(each, load, { plane, audit, address: prometheus.url })),
        );
        print(
          `${title}: ${load.runs} at ${load.intervalSeconds} s, ${load.measurements} measurements each`,
          argo,
          assay,
        );
      }
    } finally {
      await Promise.all(contenders.map(async (each) => each.stop()));
    }
  } finally {
    await plane.stop();
    removeScratchFolder(folder);
  }
}

async function startArgo(plane: ControlPlane): Promise<Contender> {
  const name = 'argo';
  return { name, ...(await startArgoController(plane, name, { user: name, rate: RATE })) };
}

async function startAssay(plane: ControlPlane): Promise<Contender> {
  const name = 'assay';
  const folder = process.env['ASSAY_CPU_PROFILE'];
  const serve = await startAssayServe({
    kubeconfigPath: plane.kubeconfigFor(name),
    args: [`--namespace=${name}`, `--qps=${RATE.qps}`, `--burst=${RATE.burst}`],
    nodeArgs: folder === undefined ? [] : ['--cpu-prof', '--heap-prof', `--diagnostic-dir=${folder}`],
  });
  return { name, ...serve };
}

/** A figure of both; `most` is the share of the reference's that is wanted at most. */
interface Measured {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  readonly most?: number;
  readonly limit?: number;
}

interface Around {
  readonly plane: ControlPlane;
  readonly audit: AuditLog;
  readonly address: string;
}

async function measure(
  { name, pid }: Contender,
  given: Omit<RunLoad, 'namespace'>,
  { plane, audit, address }: Around,
): Promise<Measured[]> {
  const load = { ...given, namespace: name };
  const fromMs = Date.now();
  const before = cpuMs(pid);
  await createRuns(load, plane, address);
  const runs = await finishedRuns(load, plane);
  await sleep(5_000);
  const after = cpuMs(pid);
  const kernelMs = after.kernel - before.kernel;
  const ms = after.own - before.own + kernelMs;
  const taken = runs.reduce((sum, run) => sum + (run.status?.metricResults?.[0]?.count ?? 0), 0);
  const { writes, events, reads } = sumRequests(audit.requests(name, fromMs));
  const { peak, now } = rssMb(pid);
  const failed = runs.filter(({ status }) => status?.phase !== 'Successful').length;
  return [
    { name: 'runs that are not successful', figure: failed, unit: 'runs', limit: 0 },
    { name: 'processor time a measurement', figure: ms / taken, unit: 'ms', most: 0.55 },
    { name: '… of which in the kernel', figure: kernelMs / taken, unit: 'ms' },
    { name: 'memory at its highest (RSS)', figure: peak, unit: 'MB', most: 1 },
    { name: 'memory at the end (RSS)', figure: now, unit: 'MB', most: 1 },
    { name: 'lateness p50 in the statuses', figure: storedLateness(runs, load, 0.5), unit: 's' },
    { name: 'lateness p99 in the statuses', figure: storedLateness(runs, load, 0.99), unit: 's', limit: 0 },
    { name: 'writes a measurement', figure: writes / taken, unit: 'requests' },
    { name: 'Events a measurement', figure: events / taken, unit: 'requests' },
    { name: 'reads a measurement', figure: reads / taken, unit: 'requests' },
  ];
}

function print(title: string, reference: readonly Measured[], ours: readonly Measured[]): void {
  const figures = ours.flatMap(({ name, unit, figure, most, limit }, index): Figure[] => {
    const theirs = reference[index]?.figure ?? NaN;
    const wanted = most === undefined ? limit : theirs * most;
    return [
      { name: `${name}, Argo`, figure: theirs, unit },
      { name: `${name}, Assay`, figure, unit, ...(wanted !== undefined && { limit: wanted }) },
    ];
  });
  console.log(`Beside Argo's controller, ${title}\n`);
  console.log(`${formatFigures(figures)}\n`);
  for (const [index, { name, figure, most }] of ours.entries()) {
    const theirs = reference[index]?.figure ?? 0;
    if (most !== undefined && theirs > 0) console.log(`${name}: ${(figure / theirs).toFixed(2)} of Argo's`);
  }
  console.log('');
}
