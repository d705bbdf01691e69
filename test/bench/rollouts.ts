import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startArgoController } from '../e2e/servers/argo-controller.ts';
import { type LogLine, startAssayServe } from '../e2e/servers/assay-serve.ts';
import { type ControlPlane, startControlPlane } from '../e2e/servers/control-plane.ts';
import { startKubelet } from '../e2e/servers/kubelet.ts';
import { createScratchFolder, removeScratchFolder } from '../e2e/servers/scratch-folder.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';
import { type AuditLog, openAuditLog, sumRequests } from './audit-log.ts';
import { describeMachine, type Figure, formatFigures } from './figures.ts';
import { openFollowLoad } from './follow-load.ts';
import { cpuMs, rssMb } from './process-usage.ts';
import { openRolloutLoad, type RolloutLoad } from './rollout-load.ts';

// `npm run bench:rollouts [update|routed|follow|rest]`: `assay serve --rollouts` beside Argo's own controller, on the same
// servers.
// ASSAY_CPU_PROFILE=FOLDER leaves a profile of Assay's process there.

const ROLLOUTS = 100;
const REPLICAS = 3;
const POD_START_MS = 300;
const AT_REST = 1000;
const PODS_AT_REST = 2;
const FOLLOWED = 20;
const IDLE_EXPERIMENTS = 50;
/** Neither is to wait for its own limit of requests. */
const RATE = { qps: 2000, burst: 4000 };

/** A process that looks after the Rollouts of the cluster. */
interface Controller {
  readonly pid: number;
  stop(): Promise<unknown>;
}

interface Contender {
  /** Also its user. */
  readonly name: string;
  /** Looks after one namespace. */
  readonly start: (plane: ControlPlane, namespace: string) => Promise<Controller>;
}

const ARGO: Contender = {
  name: 'argo',
  start: (plane, namespace) => startArgoController(plane, namespace, { user: ARGO.name, rate: RATE }),
};
const ASSAY: Contender = {
  name: 'assay',
  start: (plane, namespace) => {
    const folder = process.env['ASSAY_CPU_PROFILE'];
    return startAssayServe({
      kubeconfigPath: plane.kubeconfigFor(ASSAY.name),
      args: ['--rollouts', '--router=nginx', `--namespace=${namespace}`, `--qps=${RATE.qps}`, `--burst=${RATE.burst}`],
      nodeArgs: folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`],
    });
  },
};

async function main(): Promise<void> {
  const wanted = process.argv[2];
  console.log(`${describeMachine()}; shared with kube-apiserver, etcd, kube-controller-manager, kubelet and bench\n`);
  const folder = createScratchFolder('bench-rollouts');
  const users = [ARGO.name, ASSAY.name];
  const audit = openAuditLog(folder, users);
  const plane = await startControlPlane({
    controllers: true,
    crdFolder: join(import.meta.dirname, '../../infra/cluster/crds'),
    users: users.map((name) => ({ name, groups: ['system:masters'] })),
    apiServerFlags: [...audit.flags, '--max-requests-inflight=2000', '--max-mutating-requests-inflight=1000'],
    controllerFlags: [
      '--kube-api-qps=5000',
      '--kube-api-burst=10000',
      '--concurrent-replicaset-syncs=50',
      '--concurrent-gc-syncs=50',
      '--concurrent-namespace-syncs=10',
    ],
  });
  const kubelet = await startKubelet(plane, { startMs: POD_START_MS });
  try {
    if (wanted === undefined || wanted === 'update') await compare(plane, audit, false);
    if (wanted === undefined || wanted === 'routed') await compare(plane, audit, true);
    if (wanted === undefined || wanted === 'follow') await follow(plane, audit);
    if (wanted === undefined || wanted === 'rest') await rest(plane, audit);
  } finally {
    await kubelet.stop();
    await plane.stop();
    removeScratchFolder(folder);
  }
}

/** Side by side, each with a namespace of its own: what else the machine does is the same for both. */
async function compare(plane: ControlPlane, audit: AuditLog, isRouted: boolean): Promise<void> {
  const [argo, assay] = await Promise.all([open(ARGO, plane, isRouted), open(ASSAY, plane, isRouted)]);
  try {
    await Promise.all([argo.load.deploy(), assay.load.deploy()]);
    // A controller runs for weeks: what it costs before its code is warm is paid once.
    await Promise.all([argo.load.update('app:2'), assay.load.update('app:2')]);
    await sleep(10_000);
    const [reference, ours] = await Promise.all([updateAll(argo, audit), updateAll(assay, audit)]);
    print(reference, ours, isRouted);
  } finally {
    // While somebody looks after them, as in a cluster.
    await Promise.all([argo.load.remove(), assay.load.remove()]);
    await Promise.all([argo.controller.stop(), assay.controller.stop()]);
  }
}

function print(reference: readonly Measured[], ours: readonly Measured[], isRouted: boolean): void {
  const figures = ours.map(({ name, unit, figure, most }, index): Figure[] => {
    const theirs = reference[index]?.figure ?? NaN;
    return [
      { name: `${name}, Argo`, figure: theirs, unit },
      { name: `${name}, Assay`, figure, unit, ...(most !== undefined && { limit: theirs * most }) },
    ];
  });
  const how = isRouted ? 'four weights in nginx' : 'four weights';
  console.log(`${ROLLOUTS} Rollouts of ${REPLICAS} pods each, ${how}, all updated at once\n`);
  console.log(`${formatFigures(figures.flat())}\n`);
  for (const [index, { name, figure }] of ours.entries()) {
    const theirs = reference[index]?.figure ?? 0;
    if (theirs > 0) console.log(`${name}: ${(figure / theirs).toFixed(2)} of Argo's`);
  }
  console.log('');
}

interface Measured {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  /** Of the reference's figure. */
  readonly most?: number;
}

interface Opened {
  readonly name: string;
  readonly controller: Controller;
  readonly load: RolloutLoad;
}

async function open({ name, start }: Contender, plane: ControlPlane, isRouted: boolean): Promise<Opened> {
  const namespace = `${isRouted ? 'routed' : 'update'}-${name}`;
  const load = openRolloutLoad(plane, { namespace, count: ROLLOUTS, replicas: REPLICAS, isRouted });
  return { name, load, controller: await start(plane, namespace) };
}

async function updateAll({ name, controller, load }: Opened, audit: AuditLog): Promise<Measured[]> {
  const fromMs = Date.now();
  const before = cpuMs(controller.pid);
  const took = await load.update('app:3');
  await quiet(name, audit);
  const after = cpuMs(controller.pid);
  const requests = audit.requests(name, fromMs);
  const told = [...requests].map(([what, count]) => `${what} ${count}`);
  console.log(`${name}: ${told.join(', ')}\n`);
  const { writes, events, reads } = sumRequests(requests);
  const kernelMs = after.kernel - before.kernel;
  return [
    { name: 'healthy, p50', figure: quantile(took, 0.5) / 1000, unit: 's', most: 1 },
    { name: 'healthy, p99', figure: quantile(took, 0.99) / 1000, unit: 's', most: 1 },
    { name: 'available to next write, p50', figure: quantile(load.followedMs(), 0.5), unit: 'ms' },
    { name: 'available to next write, p99', figure: quantile(load.followedMs(), 0.99), unit: 'ms' },
    { name: 'writes a Rollout', figure: writes / ROLLOUTS, unit: 'requests', most: 1 },
    { name: 'Events a Rollout', figure: events / ROLLOUTS, unit: 'requests' },
    { name: 'reads a Rollout', figure: reads / ROLLOUTS, unit: 'requests', most: 1 },
    {
      name: 'processor time a Rollout',
      figure: (after.own - before.own + kernelMs) / ROLLOUTS,
      unit: 'ms',
      most: 0.8,
    },
    { name: '… of which in the kernel', figure: kernelMs / ROLLOUTS, unit: 'ms' },
    { name: 'memory at its highest (RSS)', figure: rssMb(controller.pid).peak, unit: 'MB' },
  ];
}

/** Events come late: until no request has come for five seconds. */
async function quiet(name: string, audit: AuditLog): Promise<void> {
  const isQuiet = () => audit.requests(name, Date.now() - 5_000).size === 0;
  await sleep(5_000);
  await waitFor(`${name} to be quiet`, isQuiet, { timeoutMs: 120_000, everyMs: 1_000 });
}

async function rest(plane: ControlPlane, audit: AuditLog): Promise<void> {
  const controller = await ASSAY.start(plane, 'rest');
  const load = openRolloutLoad(plane, { namespace: 'rest', count: AT_REST, replicas: PODS_AT_REST });
  try {
    await load.deploy();
    await sleep(15_000);
    const fromMs = Date.now();
    const before = cpuMs(controller.pid);
    await sleep(60_000);
    const after = cpuMs(controller.pid);
    const requests = audit.requests(ASSAY.name, fromMs);
    const { writes, events, reads, watches } = sumRequests(requests);
    const { peak, now } = rssMb(controller.pid);
    console.log(`${AT_REST} Rollouts of ${PODS_AT_REST} pods each at rest for a minute, Assay\n`);
    console.log(
      `${formatFigures([
        { name: 'writes, Events among them', figure: writes + events, unit: 'requests', limit: 0 },
        { name: 'reads', figure: reads, unit: 'requests', limit: 0 },
        { name: 'watches begun anew', figure: watches, unit: 'requests' },
        { name: 'processor time', figure: after.own + after.kernel - before.own - before.kernel, unit: 'ms' },
        { name: 'memory (RSS)', figure: now, unit: 'MB', limit: 250 },
        { name: 'memory at its highest, while they were deployed', figure: peak, unit: 'MB' },
      ])}\n`,
    );
  } finally {
    await controller.stop();
  }
}

/** With the defaults of `assay serve`. One after the other: many at once wait for the API server. */
async function follow(plane: ControlPlane, audit: AuditLog): Promise<void> {
  const namespace = 'follow';
  const assay = await startAssayServe({
    kubeconfigPath: plane.kubeconfigFor(ASSAY.name),
    args: ['--rollouts', `--namespace=${namespace}`],
  });
  const load = openFollowLoad(plane, namespace);
  const [shops, experiments] = [namesOf('shop', FOLLOWED), namesOf('idle', IDLE_EXPERIMENTS)];
  try {
    await load.deploy(shops);
    // What comes first compiles, too.
    await Promise.all([load.update(shops, 'app:2', true), load.run(namesOf('warm', FOLLOWED), true)]);
    await sleep(5_000);
    const switched = await load.update(shops, 'app:3', false);
    const ran = await load.run(namesOf('short', FOLLOWED), false);
    console.log(`What follows a change of pods, ${FOLLOWED} Rollouts and Experiments one after the other, Assay\n`);
    const followed = [
      ...soon('pods available to the active Service switched', switched, 50),
      ...soon('pods available to the Experiment Running', pick(ran, 'runningMs'), 50),
      ...soon('pods gone to their Service deleted', pick(ran, 'unservedMs'), 50),
      ...soon('a ReplicaSet created to its pods wanted, a Service created between', pick(ran, 'scaledMs')),
    ];
    console.log(`${formatFigures(followed)}\n`);
    await load.begin(experiments);
    await sleep(15_000);
    const startedAt = assay.log().length;
    const fromMs = Date.now();
    await load.touch([...experiments, ...shops]);
    await sleep(2_000);
    const steps = assay.log().slice(startedAt);
    console.log(
      `Steps in which nothing has changed, ${IDLE_EXPERIMENTS} Experiments and ${FOLLOWED} Rollouts, Assay\n`,
    );
    const { writes, reads } = sumRequests(audit.requests(ASSAY.name, fromMs));
    const idle = [
      ...soon('a step of an Experiment', idleSteps(steps, 'Experiment'), 10),
      ...soon('a step of a Rollout', idleSteps(steps, 'Rollout'), 10),
      { name: 'writes and reads', figure: writes + reads, unit: 'requests', limit: 0 },
    ];
    console.log(`${formatFigures(idle)}\n`);
  } finally {
    load.close();
    await assay.stop();
  }
}

function namesOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

function pick<Field extends string>(items: readonly Readonly<Record<Field, number>>[], field: Field): number[] {
  return items.map((item) => item[field]);
}

/** In milliseconds. */
function idleSteps(log: readonly LogLine[], kind: string): number[] {
  const steps = log.filter((line) => line.message === 'step' && line['kind'] === kind && line['wrote'] === 'nothing');
  return steps.map(({ tookMs }) => Number(tookMs));
}

/** What is slowest is mostly the machine's: no limit is set to it. */
function soon(name: string, took: readonly number[], limit?: number): readonly Figure[] {
  return [
    { name: `${name}, p50`, figure: quantile(took, 0.5), unit: 'ms', ...(limit !== undefined && { limit }) },
    { name: `… at most, of ${took.length}`, figure: quantile(took, 1), unit: 'ms' },
  ];
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? Infinity;
}

await main();
