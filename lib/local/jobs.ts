import { setTimeout as sleep } from 'node:timers/promises';
import type { MemoryCluster } from '../clusters/memory/memory-cluster.ts';
import type { Job } from '../model/kubernetes.ts';
import { ContainerError, type SecretKey } from './container.ts';
import { type PodSpec, runPod } from './pod.ts';

export interface LocalJobsOptions {
  /** Where the Jobs are. */
  readonly cluster: MemoryCluster;
  readonly readSecret: (namespace: string, secret: SecretKey) => Promise<string | undefined>;
  /** What processes see of this machine beside their own variables, `PATH` above all. */
  readonly baseEnv: Readonly<Record<string, string>>;
  readonly now: () => Date;
  /** Hears of every Job that ended. */
  readonly onEnd: (job: Job) => void;
  readonly onLine: (job: Job, line: string) => void;
  /** Ends every process. */
  readonly signal: AbortSignal;
}

interface JobSpec {
  readonly template?: { readonly spec?: PodSpec };
  readonly backoffLimit?: number;
  readonly activeDeadlineSeconds?: number;
  readonly completions?: number;
}

const BACKOFF_LIMIT = 6;
const BACKOFF_FIRST_MS = 10_000;
const BACKOFF_LONGEST_MS = 360_000;

/**
 * Does for the Jobs of a memory cluster what the Job controller and a kubelet do, with processes of this machine in
 * place of containers: backoffLimit with its growing pauses, activeDeadlineSeconds, completions one after the other.
 * A Job that is deleted is ended. Resolves once `signal` has aborted and the last process has ended.
 *
 * @source pkg/controller/job of k8s.io/kubernetes, for the conditions and their words
 */
export async function runLocalJobs(options: LocalJobsOptions): Promise<void> {
  const { cluster, signal } = options;
  const underWay = new Map<string, { readonly control: AbortController; readonly done: Promise<void> }>();
  const { resourceVersion } = await cluster.list('Job', {});
  for await (const { type, object: job } of cluster.watch('Job', { resourceVersion }, signal)) {
    const uid = job.metadata.uid ?? '';
    if (type === 'DELETED') underWay.get(uid)?.control.abort();
    if (type !== 'ADDED') continue;
    const control = new AbortController();
    underWay.set(uid, { control, done: carryOut(job, AbortSignal.any([signal, control.signal]), options) });
  }
  await Promise.all([...underWay.values()].map(({ done }) => done));
}

async function carryOut(job: Job, signal: AbortSignal, options: LocalJobsOptions): Promise<void> {
  const { now, onEnd } = options;
  const startTime = now().toISOString();
  if (!writeStatus(job, { active: 1, startTime }, options)) return;
  const { type, ...why } = await outcomeOf(job, signal, options);
  const condition = { type, status: 'True', lastTransitionTime: now().toISOString(), ...why };
  const ended = writeStatus(job, { startTime, conditions: [condition] }, options);
  if (ended) onEnd(ended);
}

/** Undefined: the Job was deleted. */
function writeStatus(
  { metadata }: Job,
  status: Readonly<Record<string, unknown>>,
  { cluster }: LocalJobsOptions,
): Job | undefined {
  const isThere = cluster.objects('Job').some((job) => job.metadata.uid === metadata.uid);
  const { namespace = '', name = '' } = metadata;
  return isThere ? cluster.writeStatus('Job', { namespace, name }, status) : undefined;
}

interface JobOutcome {
  readonly type: 'Complete' | 'Failed';
  readonly reason?: string;
  readonly message?: string;
}

async function outcomeOf(job: Job, signal: AbortSignal, options: LocalJobsOptions): Promise<JobOutcome> {
  const { activeDeadlineSeconds } = job.spec as JobSpec;
  const deadline = new AbortController();
  const timer =
    activeDeadlineSeconds === undefined ? undefined : setTimeout(() => deadline.abort(), activeDeadlineSeconds * 1000);
  try {
    const outcome = await attempt(job, AbortSignal.any([signal, deadline.signal]), options);
    if (!deadline.signal.aborted) return outcome;
  } catch (error) {
    if (error instanceof ContainerError) return { type: 'Failed', reason: 'NotSupported', message: error.message };
    if (!deadline.signal.aborted && !signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
}

/** @throws ContainerError; an AbortError while it pauses */
async function attempt(job: Job, signal: AbortSignal, options: LocalJobsOptions): Promise<JobOutcome> {
  const { template, backoffLimit = BACKOFF_LIMIT, completions = 1 } = job.spec as JobSpec;
  const { namespace = '' } = job.metadata;
  const pod = {
    baseEnv: options.baseEnv,
    readSecret: (secret: SecretKey) => options.readSecret(namespace, secret),
    onLine: (line: string) => options.onLine(job, line),
    signal,
  };
  for (let succeeded = 0, failed = 0; succeeded < completions;) {
    if (await runPod(template?.spec ?? {}, pod)) {
      succeeded += 1;
      continue;
    }
    failed += 1;
    if (failed > backoffLimit) {
      const message = 'Job has reached the specified backoff limit';
      return { type: 'Failed', reason: 'BackoffLimitExceeded', message };
    }
    await sleep(Math.min(BACKOFF_FIRST_MS * 2 ** (failed - 1), BACKOFF_LONGEST_MS), undefined, { signal });
  }
  return { type: 'Complete' };
}
