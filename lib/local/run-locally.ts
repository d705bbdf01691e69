import { isFinished } from '../analysis/phases.ts';
import { memoryCluster } from '../clusters/memory/memory-cluster.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Bus } from '../model/bus.ts';
import { AssayError } from '../model/errors.ts';
import type { Cluster } from '../model/cluster.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';
import type { Job, Secret } from '../model/kubernetes.ts';
import type { Meter, Ports } from '../model/ports.ts';
import type { ProviderSettings } from '../model/provider.ts';
import type { ObjectRef } from '../model/ref.ts';
import type { Timers } from '../model/timers.ts';
import { memoryQueue } from '../queues/memory.ts';
import { systemTimers } from '../queues/system-timers.ts';
import { localCluster, type JobPlace } from './local-cluster.ts';
import type { SecretKey } from './container.ts';
import { runLocalJobs } from './jobs.ts';
import { steadyClock } from '../runtime/steady-clock.ts';
import { step } from '../runtime/step.ts';

/** What is to be run, each object with name and namespace. */
export interface LocalObjects {
  readonly runs: readonly AnalysisRun[];
  readonly secrets?: readonly Secret[];
}

export interface LocalOptions {
  readonly now: () => Date;
  /** Default: those of the process. With others, and `now` to match, runs are played at any speed. */
  readonly timers?: Timers;
  /** What is set for all metrics. */
  readonly settings?: ProviderSettings;
  readonly http: (request: HttpRequest) => Promise<HttpResponse>;
  /** A real cluster, for what memory has not: see `localCluster`. */
  readonly remote?: Cluster;
  /** Default `memory`: Jobs are processes of this machine. */
  readonly jobs?: JobPlace;
  /** What those processes see of this machine beside their own variables. */
  readonly jobEnv?: Readonly<Record<string, string>>;
  /** Hears of every run before its first step, and of every step, with the run as it stands. */
  readonly onStep?: (run: AnalysisRun) => void;
  /** Hears what the processes of Jobs write. */
  readonly onJobLine?: (job: Job, line: string) => void;
  /** Hears of what goes wrong beside the measurements, and is tried again. */
  readonly onProblem?: (message: string) => void;
}

export interface LocalRuns {
  /** The runs as they ended, in the order given; every process of a Job has ended too. */
  readonly ended: Promise<readonly AnalysisRun[]>;
  /** Ends all runs before their time, as `spec.terminate` does, once their steps under way have ended. */
  terminate(): Promise<void>;
}

const CLUSTER = 'local';

/**
 * Runs AnalysisRuns to their end in this process: the loop and the kinds are those of every other way to run them,
 * the cluster and the queue are in memory. Rejects, in `ended`, with what a run cannot go on after.
 */
export async function runLocally({ runs, secrets = [] }: LocalObjects, options: LocalOptions): Promise<LocalRuns> {
  const { http, remote, jobs = 'memory', onStep, timers = systemTimers } = options;
  const now = steadyClock({ now: options.now, nowMs: timers.nowMs });
  const memory = memoryCluster(CLUSTER, { now, http });
  const cluster = localCluster(memory, remote, jobs);
  for (const secret of secrets) await memory.create('Secret', secret);
  const created = await Promise.all(runs.map((run) => memory.create('AnalysisRun', run)));

  for (const run of created) onStep?.(run);

  const latest = new Map(created.map((run) => [run.metadata.uid, run]));
  let isTerminating = false;
  const over = Promise.withResolvers<void>();
  const queue = memoryQueue({
    now,
    timers,
    async work(ref) {
      // Between two steps: written during one, it would make the step's own write too late.
      if (isTerminating) await memory.patch('AnalysisRun', ref, { spec: { terminate: true } });
      try {
        await step(ref, ports);
      } catch (error) {
        if (error instanceof AssayError && error.retry) throw error;
        over.reject(error);
      }
      const run = await memory.get('AnalysisRun', ref);
      if (!run) return;
      latest.set(ref.uid, run);
      onStep?.(run);
      if ([...latest.values()].every(({ status }) => isFinished(status?.phase))) over.resolve();
    },
    onFailure: (_ref, error, delayMs) =>
      options.onProblem?.(`${messageOf(error)}; again in ${Math.ceil(delayMs / 1000)} s`),
  });
  const ports = portsOf(cluster, queue, { ...options, now });
  const wake = (run: AnalysisRun) => queue.send(refOf(run), now());

  const stopJobs = new AbortController();
  const jobsEnded = runLocalJobs({
    cluster: memory,
    readSecret: (namespace, secret) => readSecret(cluster, namespace, secret),
    baseEnv: options.jobEnv ?? {},
    now,
    onEnd: (job) => created.filter((run) => isOwner(run, job)).forEach((run) => void wake(run)),
    onLine: (job, line) => options.onJobLine?.(job, line),
    signal: stopJobs.signal,
  });

  const end = async () => {
    try {
      await Promise.race([over.promise, jobsEnded]);
    } finally {
      await queue.stop();
      stopJobs.abort();
      await jobsEnded;
    }
    return created.map((run) => latest.get(run.metadata.uid) ?? run);
  };
  const ended = end();
  await Promise.all(created.map(wake));
  return {
    ended,
    async terminate() {
      isTerminating = true;
      await Promise.all(created.map(wake));
    },
  };
}

const NO_BUS: Bus = { publish: async () => {} };
const NO_METER: Meter = { stepped() {}, failed() {}, measured() {} };

function portsOf(
  cluster: Cluster,
  queue: Ports['queue'],
  { now, onProblem, settings = {} }: Pick<LocalOptions, 'now' | 'onProblem' | 'settings'>,
): Ports {
  const report = (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
    onProblem?.([message, fields['error']].filter(Boolean).join(': '));
  return {
    clusters: { get: () => cluster, names: () => [CLUSTER] },
    queue,
    bus: NO_BUS,
    log: { info() {}, warn: report, error: report },
    meter: NO_METER,
    now,
    settingsOf: () => settings,
  };
}

function refOf({ metadata: { namespace = '', name = '', uid = '' } }: AnalysisRun): ObjectRef {
  return { cluster: CLUSTER, kind: 'AnalysisRun', namespace, name, uid };
}

function isOwner({ metadata }: AnalysisRun, job: Job): boolean {
  return job.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) ?? false;
}

async function readSecret(cluster: Cluster, namespace: string, { name, key }: SecretKey) {
  const encoded = (await cluster.get('Secret', { namespace, name }))?.data?.[key];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
