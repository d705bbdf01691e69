import { pastMs } from '../model/moment.ts';
import type { Rollout } from '../model/rollout.ts';
import type { RolloutStatus } from '../model/rollout-status.ts';
import { findCondition } from './conditions.ts';
import { progressDeadlineSeconds, replicasOf } from './defaults.ts';

/**
 * Whether something has moved since the stored status: pods came up or old ones went, or the strategy went on.
 *
 * @param rollout  as it was stored
 * @param after    what its status has come to
 * @source RolloutProgressing in utils/conditions/conditions.go of argoproj/argo-rollouts
 */
export function hasProgressed(rollout: Rollout, after: RolloutStatus): boolean {
  const before = rollout.status ?? {};
  return (
    count(after.updatedReplicas) !== count(before.updatedReplicas) ||
    oldReplicas(after) < oldReplicas(before) ||
    count(after.readyReplicas) > count(before.readyReplicas) ||
    count(after.availableReplicas) > count(before.availableReplicas) ||
    hasStrategyProgressed(rollout, before, after)
  );
}

function hasStrategyProgressed({ spec }: Rollout, before: RolloutStatus, after: RolloutStatus): boolean {
  // Where both strategies are given, the canary has the last word.
  if (spec.strategy?.canary !== undefined) {
    const { currentStepIndex: from } = before;
    const { currentStepIndex: to } = after;
    const isStepDone = from !== undefined && to !== undefined && from !== to;
    return (
      isStepDone || differs(before.stableRS, after.stableRS) || differs(before.currentStepHash, after.currentStepHash)
    );
  }
  if (spec.strategy?.blueGreen === undefined) return false;
  return (
    differs(before.blueGreen?.activeSelector, after.blueGreen?.activeSelector) ||
    differs(before.blueGreen?.previewSelector, after.blueGreen?.previewSelector)
  );
}

function differs(before = '', after = ''): boolean {
  return before !== after;
}

function count(replicas = 0): number {
  return replicas;
}

function oldReplicas({ replicas = 0, updatedReplicas = 0 }: RolloutStatus): number {
  return replicas - updatedReplicas;
}

/**
 * Whether there was no progress for too long. After an abort, and in a pause, there need not be any.
 *
 * @source RolloutTimedOut in utils/conditions/conditions.go of argoproj/argo-rollouts
 */
export function isTimedOut(rollout: Pick<Rollout, 'spec'>, status: RolloutStatus, now: Date): boolean {
  const condition = findCondition(status, 'Progressing');
  if (condition === undefined || condition.reason === 'RolloutAborted' || condition.reason === 'RolloutPaused') {
    return false;
  }
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return pastMs(condition.lastUpdateTime, now) + progressDeadlineSeconds(rollout) * 1000 < now.getTime();
}

/**
 * Whether all pods are updated and available, get the traffic, and no old ones are left.
 *
 * @param rollout  as it was stored
 * @param after    what its status has come to
 * @source RolloutHealthy in utils/conditions/conditions.go of argoproj/argo-rollouts
 */
export function isHealthy(rollout: Rollout, after: RolloutStatus): boolean {
  const replicas = replicasOf(rollout);
  return (
    count(after.updatedReplicas) === replicas &&
    count(after.availableReplicas) === replicas &&
    rollout.status?.observedGeneration === String(rollout.metadata.generation ?? 0) &&
    isStrategyDone(rollout, after)
  );
}

function isStrategyDone(rollout: Rollout, after: RolloutStatus): boolean {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  const wanted = after.currentPodHash ?? '';
  if (canary !== undefined) {
    const steps = canary.steps?.length ?? 0;
    const areStepsDone = steps === 0 || after.currentStepIndex === undefined || after.currentStepIndex === steps;
    return areStepsDone && isCompleted(after) && count(after.replicas) === replicasOf(rollout);
  }
  if (blueGreen === undefined) return true;
  const { activeSelector = '', previewSelector = '' } = after.blueGreen ?? {};
  return activeSelector === wanted && ((blueGreen.previewService ?? '') === '' || previewSelector === wanted);
}

/**
 * Whether the pods that are wanted have become the stable ones.
 * @source RolloutCompleted in utils/conditions/conditions.go of argoproj/argo-rollouts
 */
export function isCompleted({ stableRS = '', currentPodHash }: RolloutStatus): boolean {
  return stableRS !== '' && stableRS === currentPodHash;
}
