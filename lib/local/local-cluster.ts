import { admitJob } from './job-admission.ts';
import type { MemoryCluster } from '../clusters/memory/memory-cluster.ts';
import { wrap } from '../clusters/wrap.ts';
import type { Cluster, ObjectKey } from '../model/cluster.ts';
import type { Job } from '../model/kubernetes.ts';
import type { ResourceKind, Resources } from '../model/resources.ts';

/** Jobs that a run leaves in a cluster are gone ten minutes after they ended: nothing there owns them. */
const JOB_TTL_SECONDS = 600;

/** Where a run's Jobs go: to the remote cluster, or into memory, where processes stand in for them. */
export type JobPlace = 'remote' | 'memory';

/**
 * A cluster in memory that leans on a real one: Secrets it has not itself are read there, in-cluster addresses reach
 * that cluster's Services, and Jobs may run there. Everything else, AnalysisRuns and Events above all, stays in memory.
 */
export function localCluster(memory: MemoryCluster, remote: Cluster | undefined, jobs: JobPlace): Cluster {
  const create = async <K extends ResourceKind>(kind: K, object: Resources[K]): Promise<Resources[K]> => {
    if (kind === 'Job') admitJob(object as Job);
    return memory.create(kind, object);
  };
  if (!remote) return { ...memory, create };
  const isRemote = (kind: ResourceKind) => jobs === 'remote' && (kind === 'Job' || kind === 'Pod');
  const placeOf = (kind: ResourceKind): Cluster => (isRemote(kind) ? remote : memory);
  return wrap<Cluster>(memory, {
    fetch: (request) => remote.fetch(request),
    async get<K extends ResourceKind>(kind: K, key: ObjectKey) {
      const found = await placeOf(kind).get(kind, key);
      return !found && kind === 'Secret' ? remote.get(kind, key) : found;
    },
    list: (kind, query) => placeOf(kind).list(kind, query),
    create: async <K extends ResourceKind>(kind: K, object: Resources[K]) =>
      isRemote(kind)
        ? remote.create(kind, kind === 'Job' ? (guestJob(object as Job) as Resources[K]) : object)
        : create(kind, object),
    patch: (kind, key, patch, options) => placeOf(kind).patch(kind, key, patch, options),
    delete: (kind, key, options) => placeOf(kind).delete(kind, key, options),
    watch: (kind, query, signal) => placeOf(kind).watch(kind, query, signal),
    // Neither keeps a store.
    listStored: 'as is',
    isBehind: 'as is',
    refresh: 'as is',
    refreshAll: 'as is',
    recordEvent: 'as is',
  });
}

/** Its owner is not in that cluster: a Job that named it would be collected as garbage at once. */
function guestJob(job: Job): Job {
  const { ownerReferences: _, ...metadata } = job.metadata;
  return { ...job, metadata, spec: { ttlSecondsAfterFinished: JOB_TTL_SECONDS, ...job.spec } };
}
