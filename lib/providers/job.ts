import { createHash } from 'node:crypto';
import { jobName } from '../analysis/names.ts';
import type { Measurement } from '../model/analysis-run.ts';
import { AssayError } from '../model/errors.ts';
import type { Job, Pod } from '../model/kubernetes.ts';
import { JOB_OWNER_LABEL } from '../model/labels.ts';
import type { JobContext, Provider, Reading } from '../model/provider.ts';
import type { JobMetric } from '../model/providers/job.ts';
import { errorReading, readingOf } from './reading.ts';

const NAME_KEY = 'job-name';
const NAMESPACE_KEY = 'job-namespace';

/** On a Job: the name of the metric that it measures. */
const METRIC_ANNOTATION = 'analysisrun.argoproj.io/metric-name';

/**
 * Runs a Job in the run's namespace and waits for it to end.
 *
 * A Job stays for ten minutes after its end at least, so that its end is read. Beyond Argo a measurement carries the message of the condition with which its Job failed. A Job of the name that
 * was created for this run before (by a step whose status was never written) is taken for the one asked for. A Job that
 * the run does not control is not there, whatever a measurement says.
 *
 * @source metricproviders/job/job.go of argoproj/argo-rollouts
 */
export const job: Provider<JobMetric, JobContext> = {
  read: (spec, context) =>
    readingOf(async () => {
      const { metadata } = await createOrAdopt(buildJob(spec, context), context);
      const { name = '', namespace = '' } = metadata;
      return { is: 'pending', resumeAt: context.now(), metadata: { [NAME_KEY]: name, [NAMESPACE_KEY]: namespace } };
    }),

  resume: (_spec, measurement, { jobs, now }) =>
    readingOf(async () => {
      const name = nameIn(measurement);
      const found = await jobs.get(name);
      if (!found) return errorReading(`job.batch "${name}" not found`);
      const metadata = measurement.metadata ?? {};
      const ended = endOf(found) ?? stuckIn(await jobs.podsOf(found));
      if (ended) return { ...ended, metadata };
      return { is: 'pending', resumeAt: nextLook(measurement, now()), metadata };
    }),

  async hasEnded(_spec, measurement, { jobs }) {
    const found = await jobs.get(nameIn(measurement));
    return found !== undefined && endOf(found) !== undefined;
  },

  terminate: (_spec, measurement, { jobs }) =>
    readingOf(async () => {
      const found = await jobs.get(nameIn(measurement));
      if (found) await jobs.delete(found);
      return { is: 'verdict', phase: 'Inconclusive', metadata: measurement.metadata ?? {} };
    }),

  /** Counts the Jobs of all metrics of the run together, as Argo does. */
  async collect(_spec, keep, { jobs }) {
    const oldestFirst = (await jobs.list()).toSorted((a, b) => createdMs(a) - createdMs(b));
    for (const old of oldestFirst.slice(0, Math.max(oldestFirst.length - keep, 0))) await jobs.delete(old);
  },
};

function createdMs({ metadata }: Job): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

function buildJob({ metadata, spec }: JobMetric, { key, run }: JobContext): Job {
  const { template } = spec;
  const podLabels = { ...template.metadata?.labels, [JOB_OWNER_LABEL]: run.uid };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      labels: { ...metadata?.labels },
      annotations: {
        ...metadata?.annotations,
        'analysisrun.argoproj.io/name': run.name,
        'analysisrun.argoproj.io/namespace': run.namespace,
        [METRIC_ANNOTATION]: key.metric,
      },
    },
    spec: {
      ...spec,
      ...keptUntilRead(spec),
      template: { ...template, metadata: { ...template.metadata, labels: podLabels } },
    },
  };
}

/** However short the time to live that the template gives: a Job that is gone before its end is read is run again. */
const SHORTEST_TTL_SECONDS = 600;

function keptUntilRead({ ttlSecondsAfterFinished: seconds }: JobMetric['spec']) {
  const isShort = typeof seconds === 'number' && seconds >= 0 && seconds < SHORTEST_TTL_SECONDS;
  return isShort ? { ttlSecondsAfterFinished: SHORTEST_TTL_SECONDS } : {};
}

async function createOrAdopt(wanted: Job, context: JobContext, mark = ''): Promise<Job> {
  const { key, jobs } = context;
  const name = jobName(key, mark);
  try {
    return await jobs.create({ ...wanted, metadata: { ...wanted.metadata, name } });
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'ASSAY_CLUSTER_EXISTS') throw error;
    const existing = await jobs.get(name);
    if (existing?.metadata.annotations?.[METRIC_ANNOTATION] === key.metric) return existing;
    if (!existing || mark !== '') throw error;
    // Another metric of the run, whose name is cut to the same.
    return createOrAdopt(wanted, context, `-${createHash('sha256').update(key.metric).digest('hex').slice(0, 8)}`);
  }
}

/** @throws AssayError ASSAY_METRIC_UNREADABLE */
function nameIn({ metadata }: Measurement): string {
  const name = metadata?.[NAME_KEY] ?? '';
  if (name === '') throw new AssayError('ASSAY_METRIC_UNREADABLE', 'job metadata reference missing');
  return name;
}

/** Argo looks at the types of conditions and not at their status; the last one counts. */
function endOf({ status }: Job): Reading | undefined {
  const last = status?.conditions?.findLast(({ type }) => type === 'Complete' || type === 'Failed');
  if (!last) return undefined;
  if (last.type === 'Complete') return { is: 'verdict', phase: 'Successful' };
  return { is: 'verdict', phase: 'Failed', ...(last.message && { message: last.message }) };
}

/** Why a container waits that will never run, however long it is given. */
const HOPELESS: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName']);

/** Inconclusive: somebody must look, and what is rolled out is not to blame. */
function stuckIn(pods: readonly Pod[]): Reading | undefined {
  for (const pod of pods) {
    const message = hopelessness(pod);
    if (message !== undefined) return { is: 'verdict', phase: 'Inconclusive', message };
  }
  return undefined;
}

function hopelessness({ metadata, status }: Pod): string | undefined {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const stuck = containers.find(({ state }) => HOPELESS.has(state?.waiting?.reason ?? ''));
  if (!stuck) return undefined;
  const { reason = '', message = '' } = stuck.state?.waiting ?? {};
  // The line break is Argo's.
  return `Pod ${metadata.name}, container ${stuck.name} has terminal error (${reason}): ${message}\n`;
}

/** The longer a Job runs, the longer until the next look. */
function nextLook({ startedAt }: Measurement, now: Date): Date {
  const elapsedSeconds = startedAt === undefined ? 0 : Math.max(now.getTime() - Date.parse(startedAt), 0) / 1000;
  return new Date(now.getTime() + Math.sqrt(2 * elapsedSeconds) * 1000);
}
