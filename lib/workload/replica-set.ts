import type { KubernetesObject } from '../model/kubernetes.ts';
import type { LabelSelector, PodTemplate } from '../model/pod-template.ts';

/** The parts of a ReplicaSet that matter to whoever looks after it. */
export interface ReplicaSet extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly selector?: LabelSelector;
    readonly template?: PodTemplate;
  };
  readonly status?: {
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly observedGeneration?: number;
    readonly conditions?: readonly ReplicaSetCondition[];
  };
}

export interface ReplicaSetCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The pods that a ReplicaSet is to have. */
export function replicasIn({ spec }: ReplicaSet): number {
  return spec?.replicas ?? 1;
}

/** The pods of a ReplicaSet that have been ready for long enough. */
export function availableIn({ status }: ReplicaSet): number {
  return status?.availableReplicas ?? 0;
}

/**
 * Whether the counts are older than what is wanted now. Pods may be going then that are still counted, even where there
 * are to be more again.
 */
export function areCountsOld({ metadata, status }: ReplicaSet): boolean {
  const { generation = 0 } = metadata;
  return (status?.observedGeneration ?? generation) < generation;
}

/**
 * Whether the counts say nothing of what will be there in a moment: they are old, or from before the pods that are too many
 * have gone. Without a generation nothing tells.
 */
export function areCountsMoving(replicaSet: ReplicaSet): boolean {
  if (replicaSet.metadata.generation === undefined) return false;
  return areCountsOld(replicaSet) || (replicaSet.status?.replicas ?? 0) > replicasIn(replicaSet);
}

/**
 * The available pods that can be counted on when others are taken away: no more than the ReplicaSet is to have, since a
 * count is written before the pods that are too many go.
 */
export function surelyAvailableIn(replicaSet: ReplicaSet): number {
  return areCountsOld(replicaSet) ? 0 : Math.min(replicasIn(replicaSet), availableIn(replicaSet));
}

/** The available pods of several ReplicaSets together. */
export function availableInAll(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((total, replicaSet) => total + availableIn(replicaSet), 0);
}
