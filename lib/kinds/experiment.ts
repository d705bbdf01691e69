import { isAbsent } from '../model/empty.ts';
import { dueAt } from '../experiment/due-at.ts';
import { findToScaleUp, needs } from '../experiment/needs.ts';
import { reconcileExperiment } from '../experiment/reconcile.ts';
import type { SeenExperiment, Service } from '../experiment/seen.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import { AssayError } from '../model/errors.ts';
import type { Experiment, ExperimentStatus } from '../model/experiment.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Found } from '../model/reply.ts';
import { EXPERIMENT, REPLICA_SETS } from './facts/experiment.ts';
import { problemOf } from './problem-of.ts';
import { readTemplates } from './read-templates.ts';
import { readableKind } from './readable-kind.ts';

/** Experiments: run pods side by side, start the analyses once they are available, end when these have decided. */
export const experiment = readableKind<ExperimentStatus, Seen>({
  facts: EXPERIMENT,
  mayLookAgain: true,

  async observe(object, ref, ports) {
    const cluster = ports.clusters.get(ref.cluster);
    const { namespace } = ref;
    const wanted = needs(object);
    const [replicaSets, services, runs, templates, hasRollout] = await Promise.all([
      wanted.lists ? listReplicaSets(cluster, namespace, object) : [],
      wanted.lists && mayHaveServices(object) ? listServices(cluster, namespace) : [],
      readRuns(cluster, namespace, wanted.runs),
      readTemplates(cluster, namespace, wanted.templates, wanted.nested),
      wanted.rollout !== undefined && isRolloutThere(cluster, namespace, wanted.rollout),
    ]);
    return { object, replicaSets, services, runs, templates, hasRollout };
  },

  reconcile(seen, now, replies = []) {
    if (seen.malformation !== undefined) return refuse(seen.object, seen.malformation);
    return reconcileExperiment({ ...seen, replies }, now);
  },

  observeUnreadable: (object, malformation) => ({ ...NOTHING, object, malformation }),
  dueAt,
});

interface Seen extends SeenExperiment {
  /** Why the object cannot be read; nothing else was looked at then. */
  readonly malformation?: string;
}

const NOTHING: Omit<SeenExperiment, 'object'> = {
  replicaSets: [],
  services: [],
  runs: new Map(),
  templates: { template: () => undefined, clusterTemplate: () => undefined },
};

/** Says why, and leaves everything as it is: a status that cannot be read is nothing to build on. */
function refuse({ status = {} }: Experiment, malformation: string): Outcome<ExperimentStatus> {
  const message = `Experiment cannot be read: ${malformation}`;
  return { status, nextAt: undefined, events: [{ type: 'Warning', reason: 'InvalidSpec', message }], changes: [] };
}

/** From a store where there is one; but whoever is to get more pods is looked at in the cluster. */
async function listReplicaSets(
  cluster: Cluster,
  namespace: string,
  object: Experiment,
): Promise<readonly ReplicaSet[]> {
  const stored = cluster.listStored?.('ReplicaSet', { namespace, ...REPLICA_SETS }) as ReplicaSet[] | undefined;
  if (stored && findToScaleUp(object, stored).length === 0) return stored;
  const { items } = await cluster.list('ReplicaSet', { namespace, labelSelector: REPLICA_SETS.labelSelector });
  return items as readonly ReplicaSet[];
}

function mayHaveServices({ spec, status }: Experiment): boolean {
  return (
    spec.templates.some(({ service }) => !isAbsent(service)) ||
    status?.templateStatuses?.some(({ serviceName }) => serviceName !== undefined) === true
  );
}

/** Of the namespace, since they carry no label of their own, as in Argo; from a store where there is one. */
async function listServices(cluster: Cluster, namespace: string): Promise<readonly Service[]> {
  return cluster.listStored?.('Service', { namespace }) ?? (await cluster.list('Service', { namespace })).items;
}

/** @throws AssayError if the cluster cannot be asked just now */
async function readRuns(
  cluster: Cluster,
  namespace: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Found<AnalysisRun>>> {
  const found = await Promise.all(names.map((name) => readRun(cluster, namespace, name)));
  return new Map(names.flatMap((name, index) => (found[index] ? [[name, found[index]]] : [])));
}

async function readRun(cluster: Cluster, namespace: string, name: string): Promise<Found<AnalysisRun> | undefined> {
  try {
    const object = await cluster.get('AnalysisRun', { namespace, name });
    return object && { object };
  } catch (error) {
    return problemOf(error);
  }
}

/** Where Rollouts are unknown, or none of our business, there is none to tell. */
async function isRolloutThere(cluster: Cluster, namespace: string, name: string): Promise<boolean> {
  try {
    return (await cluster.get('Rollout', { namespace, name })) !== undefined;
  } catch (error) {
    if (!(error instanceof AssayError) || error.retry) throw error;
    return false;
  }
}
