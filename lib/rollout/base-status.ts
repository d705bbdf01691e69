import type { RolloutStatus } from '../model/rollout-status.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import { withoutCondition } from './conditions.ts';
import { forgetPauses } from './intent.ts';
import { hashOf, wantedHash } from './versions.ts';
import { statusOf, type Work } from './work.ts';

/** Pods that ReplicaSets have, as their own statuses say. */
export function replicasThere(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((total, { status }) => total + (status?.replicas ?? 0), 0);
}

export function readyReplicasThere(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((total, { status }) => total + (status?.readyReplicas ?? 0), 0);
}

/**
 * What every status says whatever the strategy. What is not in it is forgotten.
 * @source calculateBaseStatus in rollout/sync.go of argoproj/argo-rollouts
 */
export function baseStatus({ rollout, versions, loadBalancers }: Work): RolloutStatus {
  const before = statusOf(rollout);
  const { latest, all } = versions;
  const currentPodHash = latest ? hashOf(latest) : wantedHash(rollout);
  const { collisionCount, restartedAt, duration, promoteFull } = before;
  const { alb, albs } = loadBalancers ?? before;
  const { conditions } = withoutCondition(before, 'InvalidSpec');
  return {
    currentPodHash,
    replicas: replicasThere(all),
    updatedReplicas: replicasThere(latest ? [latest] : []),
    readyReplicas: readyReplicasThere(all),
    ...(collisionCount !== undefined && { collisionCount }),
    ...(conditions && { conditions }),
    ...(restartedAt !== undefined && { restartedAt }),
    ...(alb && { alb }),
    ...(albs && { albs }),
    ...(duration && { duration }),
    // Until the promotion takes it away: see `promoteStable`.
    ...(promoteFull === true && currentPodHash !== '' && { promoteFull }),
  };
}

/**
 * The status at the beginning of a new update: nothing is paused, aborted or promoted any more.
 * @source resetRolloutStatus in rollout/sync.go of argoproj/argo-rollouts
 */
export function withReset({ rollout, intent }: Work, after: RolloutStatus): RolloutStatus {
  forgetPauses(intent);
  const { promoteFull: _promoteFull, currentStepIndex: _index, ...rest } = after;
  const hasSteps = (rollout.spec.strategy?.canary?.steps ?? []).length > 0;
  return { ...rest, ...(hasSteps && { currentStepIndex: 0 }) };
}
