import { availableIn, replicasIn, surelyAvailableIn, type ReplicaSet } from '../../workload/replica-set.ts';
import { replicasOf } from '../defaults.ts';
import { isFullyPromoted } from '../phase.ts';
import { isReferenced } from '../referenced.ts';
import { maxUnavailable } from '../replicas/limits.ts';
import { byRevision, delayScaleDown, type Waiting } from '../scale-down-delay.ts';
import { deadlineOf } from '../scale-down-deadline.ts';
import { scaleReplicaSet } from '../scale.ts';
import { mayOldGo } from '../target-groups.ts';
import { compareAge } from '../versions.ts';
import { StepFailure, within } from '../../workload/step-failure.ts';
import type { Work } from '../work.ts';

/**
 * Takes pods from old ReplicaSets: first those that are not available, then as many as availability allows.
 *
 * @returns how many pods
 * @throws StepFailure if one cannot be written
 * @source scaleDownOldReplicaSetsForCanary in rollout/canary.go of argoproj/argo-rollouts
 */
export function scaleDownOld(work: Work, old: readonly ReplicaSet[]): number {
  const { rollout, versions } = work;
  const cleaned = cleanUp(work, old);
  let total = cleaned.total;
  if (cleaned.hasFailed) return total;
  const available = versions.all.reduce((sum, replicaSet) => sum + surelyAvailableIn(replicaSet), 0);
  let mayGo = available - (replicasOf(rollout) - maxUnavailable(rollout));
  if (mayGo <= 0) return 0;

  if (!mayOldGo(work, cleaned.replicaSets)) return 0;
  const waiting: Waiting = { count: 0 };
  for (const replicaSet of byRevision(cleaned.replicaSets)) {
    if (isRouted(work) && isReferenced(work, replicaSet)) continue;
    if (mayGo <= 0) break;
    const current = replicasIn(replicaSet);
    if (current === 0) continue;
    const wanted = isRouted(work) ? routedReplicas(work, replicaSet, waiting) : Math.max(0, current - mayGo);
    if (current === wanted) continue;
    const what = 'failed to scaleReplicaSetAndRecordEvent in scaleDownOldReplicaSetsForCanary';
    within(what, () => scaleReplicaSet(work, replicaSet, wanted));
    mayGo -= current - wanted;
    total += current - wanted;
  }
  return total;
}

function isRouted({ rollout }: Work): boolean {
  return rollout.spec.strategy?.canary?.trafficRouting !== undefined;
}

/** Of an update that was given up for another one, the pods get no traffic and can go at once. */
function routedReplicas(work: Work, replicaSet: ReplicaSet, waiting: Waiting): number {
  const { rollout } = work;
  if (!isFullyPromoted(rollout) && deadlineOf(replicaSet) === '') return 0;
  if (rollout.spec.strategy?.canary?.dynamicStableScale === true) return 0;
  return delayScaleDown(work, replicaSet, waiting, replicasIn(replicaSet));
}

interface Cleaned {
  readonly replicaSets: readonly ReplicaSet[];
  readonly total: number;
  readonly hasFailed: boolean;
}

/** Pods that are not available would hold up the update. */
function cleanUp(work: Work, old: readonly ReplicaSet[]): Cleaned {
  const replicaSets = old.toSorted(compareAge);
  let total = 0;
  for (const [at, replicaSet] of replicaSets.entries()) {
    const current = replicasIn(replicaSet);
    const available = availableIn(replicaSet);
    if (current === 0 || current === available) continue;
    if (available > current) return { replicaSets, total: 0, hasFailed: true };
    try {
      replicaSets[at] = scaleReplicaSet(work, replicaSet, available).replicaSet;
    } catch (error) {
      if (error instanceof StepFailure) return { replicaSets, total, hasFailed: true };
      throw error;
    }
    total += current - available;
  }
  return { replicaSets, total, hasFailed: false };
}
