import type { StoredQuery } from '../../model/cluster.ts';
import type { Experiment } from '../../model/experiment.ts';
import type { KindFacts } from '../../model/kind-facts.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import { POD_HASH_LABEL } from '../../model/labels.ts';

/** The ReplicaSets of Experiments; a store that holds them spares a step its list. */
export const REPLICA_SETS = { labelSelector: POD_HASH_LABEL, ownerKind: 'Experiment' } as const satisfies StoredQuery;

/** Experiments: pods in ReplicaSets, Services before them, and AnalysisRuns, made from templates. */
export const EXPERIMENT: KindFacts<'Experiment'> = {
  kind: 'Experiment',
  owns: [
    // One that nobody knew before is no news: the experiment itself is looked at then.
    { kind: 'ReplicaSet', labelSelector: POD_HASH_LABEL, isNews: (_, previous) => previous !== undefined },
    { kind: 'AnalysisRun', isNews: isGoneOrInAnotherPhase },
  ],
  reads: ['AnalysisTemplate', 'ClusterAnalysisTemplate'],
  // They carry no label to be selected by, as in Argo.
  names: [{ kind: 'Service', namesIn: (object) => servicesIn(object as Experiment) }],
  needs: [
    { kind: 'AnalysisRun', verbs: ['create', 'delete', 'get'] },
    { kind: 'AnalysisTemplate', verbs: ['get'] },
    { kind: 'ClusterAnalysisTemplate', verbs: ['get'] },
    { kind: 'ReplicaSet', verbs: ['create', 'delete', 'get', 'list', 'patch'] },
    { kind: 'Service', verbs: ['create', 'delete', 'get', 'list'] },
    { kind: 'Rollout', verbs: ['get'], without: 'analyses of experiments end with their Rollout' },
  ],
  // Argo's has no series for experiments that failed; `experiment_info` tells of them.
  shows: { name: 'experiment', phases: ['Pending', 'Error', 'Successful', 'Running', 'Inconclusive'] },
  ends: ['Successful', 'Failed', 'Error', 'Inconclusive'],
};

function servicesIn({ status }: Experiment): readonly string[] {
  return status?.templateStatuses?.flatMap(({ serviceName }) => serviceName ?? []) ?? [];
}

function isGoneOrInAnotherPhase(
  object: KubernetesObject,
  previous: KubernetesObject | undefined,
  isDeleted: boolean,
): boolean {
  return previous !== undefined && (isDeleted || phaseOf(object) !== phaseOf(previous));
}

function phaseOf(object: KubernetesObject & { readonly status?: { readonly phase?: unknown } }): unknown {
  return object.status?.phase;
}
