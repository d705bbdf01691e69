import { jobName } from '../analysis/names.ts';
import type { AnalysisRun, Measurement } from '../model/analysis-run.ts';
import { controllerOf } from '../model/controller-of.ts';
import { AssayError } from '../model/errors.ts';
import { JOB_OWNER_LABEL } from '../model/labels.ts';
import type { Metric } from '../model/metric.ts';
import type { ObjectKey } from '../model/cluster.ts';
import type { Job, OwnerReference, Pod } from '../model/kubernetes.ts';
import type { Provider, ProviderContext, Reading } from '../model/provider.ts';
import type { JobMetric } from '../model/providers/job.ts';
import { formatSelector } from './job-selector.ts';
import { errorReading, readingOf } from './reading.ts';

const NAME_KEY = 'job-name';
const NAMESPACE_KEY = 'job-namespace';

/**
 * Runs a Job in the run's namespace and waits for it to end.
 *
 * Beyond Argo a measurement carries the message of the condition with which its Job failed. A Job of the name that
 * was created for this run before (by a step whose status was never written) is taken for the one asked for.
 *
 * @source metricproviders/job/job.go of argoproj/argo-rollouts
 */
export const job: Provider = {
  type: 'Job',

  read: (metric, run, context) =>
    readingOf(async () => {
      const { metadata } = await createOrAdopt(buildJob(metric, run), run, context);
      const { name = '', namespace = '' } = metadata;
      return { is: 'pending', resumeAt: context.now(), metadata: { [NAME_KEY]: name, [NAMESPACE_KEY]: namespace } };
    }),

  resume: (_metric, run, measurement, context) =>
    readingOf(async () => {
      const key = keyOf(measurement, run);
      const found = await context.cluster.get('Job', key);
      if (!found) return errorReading(`job.batch "${key.name}" not found`);
      const metadata = measurement.metadata ?? {};
      const ended = endOf(found) ?? (await stuckPod(found, key, context));
      if (ended) return { ...ended, metadata };
      return { is: 'pending', resumeAt: nextLook(measurement, context.now()), metadata };
    }),

  async hasEnded(run, measurement, context) {
    const found = await context.cluster.get('Job', keyOf(measurement, run));
    return found !== undefined && endOf(found) !== undefined;
  },

  terminate: (_metric, run, measurement, context) =>
    readingOf(async () => {
      await deleteJob(keyOf(measurement, run), context);
      return { is: 'verdict', phase: 'Inconclusive', metadata: measurement.metadata ?? {} };
    }),

  /** Counts the Jobs of all metrics of the run together, as Argo does. */
  async collect(_metric, run, keep, context) {
    const { namespace = '', uid = '' } = run.metadata;
    const { items } = await context.cluster.list('Job', { namespace, labelSelector: `${JOB_OWNER_LABEL}=${uid}` });
    const oldestFirst = items.toSorted((a, b) => createdMs(a) - createdMs(b));
    for (const { metadata } of oldestFirst.slice(0, Math.max(items.length - keep, 0))) {
      await deleteJob({ namespace, name: metadata.name ?? '' }, context);
    }
  },
};

function createdMs({ metadata }: Job): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

function specOf({ name, provider }: Metric): JobMetric {
  if (provider.job) return provider.job;
  throw new AssayError('ASSAY_METRIC_INVALID', `no valid provider in metric '${name}'`);
}

function buildJob(metric: Metric, run: AnalysisRun): Job {
  const { metadata, spec } = specOf(metric);
  const { uid = '', name = '', namespace = '' } = run.metadata;
  const owner: OwnerReference = {
    apiVersion: run.apiVersion,
    kind: run.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  const { template } = spec;
  const podLabels = { ...template.metadata?.labels, [JOB_OWNER_LABEL]: uid };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(run, metric.name),
      namespace,
      labels: { ...metadata?.labels, [JOB_OWNER_LABEL]: uid },
      annotations: {
        ...metadata?.annotations,
        'analysisrun.argoproj.io/name': name,
        'analysisrun.argoproj.io/namespace': namespace,
        'analysisrun.argoproj.io/metric-name': metric.name,
      },
      ownerReferences: [owner],
    },
    spec: { ...spec, template: { ...template, metadata: { ...template.metadata, labels: podLabels } } },
  };
}

async function createOrAdopt(wanted: Job, run: AnalysisRun, { cluster }: ProviderContext): Promise<Job> {
  try {
    return await cluster.create('Job', wanted);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'ASSAY_CLUSTER_EXISTS') throw error;
    const { namespace = '', name = '' } = wanted.metadata;
    const existing = await cluster.get('Job', { namespace, name });
    if (existing && controllerOf(existing)?.uid === run.metadata.uid) return existing;
    throw error;
  }
}

/**
 * In the namespace of the run, whatever the measurement says: whoever may write runs may not delete the Jobs of others.
 * @throws AssayError ASSAY_METRIC_UNREADABLE
 */
function keyOf({ metadata }: Measurement, run: AnalysisRun): Required<ObjectKey> {
  const name = metadata?.[NAME_KEY] ?? '';
  if (name === '') throw new AssayError('ASSAY_METRIC_UNREADABLE', 'job metadata reference missing');
  return { name, namespace: run.metadata.namespace ?? '' };
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
async function stuckPod(
  found: Job,
  { namespace }: ObjectKey,
  { cluster }: ProviderContext,
): Promise<Reading | undefined> {
  const labelSelector = formatSelector(found.spec?.['selector']);
  if (labelSelector === undefined) return undefined;
  const { items } = await cluster.list('Pod', { ...(namespace !== undefined && { namespace }), labelSelector });
  for (const pod of items) {
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

async function deleteJob(key: ObjectKey, { cluster }: ProviderContext): Promise<void> {
  await cluster.delete('Job', key, { propagation: 'Foreground' });
}
