import { isFinished } from '../analysis/phases.ts';
import { memoryCluster } from '../clusters/memory/memory-cluster.ts';
import { wrap } from '../clusters/wrap.ts';
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
import { readdress, type Readdressing } from '../model/readdress.ts';
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
  /** Where requests of metrics go instead. */
  readonly addresses?: readonly Readdressing[];
  /** After which all runs are ended as `terminate` does. */
  readonly longestMs?: number | undefined;
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
  const over = Promise.withResolvers<void>();
  const whole = localCluster(memory, remote && tellingDenials(remote, over.reject), jobs);
  const { addresses = [], longestMs } = options;
  const cluster: Cluster = {
    ...whole,
    fetch: async (request) => whole.fetch({ ...request, url: readdress(request.url, addresses) }),
  };
  for (const secret of secrets) await memory.create('Secret', secret);
  const created = await Promise.all(runs.map((run) => memory.create('AnalysisRun', run)));

  for (const run of created) onStep?.(run);

  const latest = new Map(created.map((run) => [run.metadata.uid, run]));
  let isTerminating = false;
  const outages = new Map(created.map(({ metadata }) => [metadata.uid, watchOutage(timers, over.reject)]));
  const queue = memoryQueue({
    now,
    timers,
    async work(ref) {
      // Between two steps: written during one, it would make the step's own write too late.
      if (isTerminating) await memory.patch('AnalysisRun', ref, { spec: { terminate: true } });
      const startedMs = timers.nowMs();
      try {
        await step(ref, ports);
        outages.get(ref.uid)?.ended();
      } catch (error) {
        if (!(error instanceof AssayError) || !error.retry || isTerminating) over.reject(error);
        else outages.get(ref.uid)?.lasts(error, startedMs);
        throw error;
      }
      const run = await memory.get('AnalysisRun', ref);
      if (!run) return;
      latest.set(ref.uid, run);
      onStep?.(run);
      if ([...latest.values()].every(({ status }) => isFinished(status?.phase))) over.resolve();
    },
    onFailure: (_ref, error, delayMs) =>
      error instanceof AssayError &&
      error.retry &&
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
      await queue.stop();
    } finally {
      // Where it cannot go on, what is under way is not waited for: a request may be what hangs.
      void queue.stop();
      for (const outage of outages.values()) outage.ended();
      stopJobs.abort();
      await jobsEnded;
    }
    return created.map((run) => latest.get(run.metadata.uid) ?? run);
  };
  const ended = end();
  await Promise.all(created.map(wake));
  const terminate = async () => {
    isTerminating = true;
    await Promise.all(created.map(wake));
  };
  if (longestMs !== undefined) {
    const cancel = timers.after(longestMs, () => void terminate());
    ended.then(cancel, cancel);
  }
  return { ended, terminate };
}

/** A cluster that has not answered once is not waited for longer than somebody looks on; another may come back. */
const LONGEST_OUTAGE_MS = { first: 20_000, later: 300_000 };

/** Gives up when the steps of a run have failed in a row for so long. */
function watchOutage(timers: Timers, giveUp: (error: AssayError) => void) {
  let longestMs = LONGEST_OUTAGE_MS.first;
  let cancel: (() => void) | undefined;
  let last: AssayError | undefined;
  return {
    /** @param startedMs  when the step began that failed */
    lasts(error: AssayError, startedMs: number) {
      last = error;
      const leftMs = Math.max(longestMs - (timers.nowMs() - startedMs), 0);
      cancel ??= timers.after(leftMs, () => giveUp(last ?? error));
    },
    ended() {
      cancel?.();
      cancel = undefined;
      longestMs = LONGEST_OUTAGE_MS.later;
    },
  };
}

/** A cluster that tells of what it may not: whoever runs an analysis by hand has to mend that, and not its metrics. */
function tellingDenials(cluster: Cluster, tell: (error: AssayError) => void): Cluster {
  const listening = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof AssayError && error.code === 'ASSAY_CLUSTER_DENIED') tell(error);
      throw error;
    }
  };
  return wrap<Cluster>(cluster, {
    fetch: async (request) => listening(cluster.fetch(request)),
    get: async (kind, key) => listening(cluster.get(kind, key)),
    list: async (kind, query) => listening(cluster.list(kind, query)),
    create: async (kind, object) => listening(cluster.create(kind, object)),
    patch: async (kind, key, patch, options) => listening(cluster.patch(kind, key, patch, options)),
    delete: async (kind, key, options) => listening(cluster.delete(kind, key, options)),
    watch: 'as is',
    listStored: 'as is',
    isBehind: 'as is',
    refresh: 'as is',
    refreshAll: 'as is',
    recordEvent: 'as is',
  });
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
