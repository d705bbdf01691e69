import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Job, OwnerReference } from '../model/kubernetes.ts';
import { JOB_OWNER_LABEL } from '../model/labels.ts';
import type { RunJobs } from '../model/run-jobs.ts';
import { formatSelector } from './format-selector.ts';
import { controllerOf } from '../model/controller-of.ts';

/**
 * The Jobs that a run controls, in its own namespace. Whoever may write runs may put any name into a status: so a Job is
 * looked at, and deleted, only if its controller is the run, by uid.
 */
export function runJobs(run: AnalysisRun, cluster: Cluster): RunJobs {
  const { uid = '', name: runName = '', namespace = '' } = run.metadata;
  const owner: OwnerReference = {
    apiVersion: run.apiVersion,
    kind: run.kind,
    name: runName,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  const isOwn = (job: Job): boolean => controllerOf(job)?.uid === uid;

  return {
    async get(name) {
      const job = await cluster.get('Job', { namespace, name });
      return job && isOwn(job) ? job : undefined;
    },

    create: (job) =>
      cluster.create('Job', {
        ...job,
        metadata: {
          ...job.metadata,
          namespace,
          labels: { ...job.metadata.labels, [JOB_OWNER_LABEL]: uid },
          ownerReferences: [owner],
        },
      }),

    async list() {
      const { items } = await cluster.list('Job', { namespace, labelSelector: `${JOB_OWNER_LABEL}=${uid}` });
      return items.filter(isOwn);
    },

    async delete(job) {
      const { name = '', uid: jobUid } = job.metadata;
      if (!isOwn(job) || jobUid === undefined) return;
      // By its uid: another may have its name by now.
      await cluster.delete('Job', { namespace, name }, { propagation: 'Foreground', uid: jobUid });
    },

    async podsOf({ spec }) {
      const labelSelector = formatSelector(spec?.['selector']);
      if (labelSelector === undefined) return [];
      const { items } = await cluster.list('Pod', { namespace, labelSelector });
      return items;
    },
  };
}
