import type { Rollout } from '../../model/rollout.ts';
import type { TrafficWeights } from '../../model/rollout-status.ts';
import type { ReplicaProgressThreshold } from '../../model/rollout-strategy.ts';
import { availableIn, replicasIn, type ReplicaSet } from '../../workload/replica-set.ts';
import { basicCanaryReplicas } from './basic-canary.ts';
import { routedCanaryReplicas } from './routed-canary.ts';

/** Percentages are floats. */
const EPSILON = 1e-10;

/**
 * Whether the ReplicaSets of a canary have the pods that they are to have for now. Where traffic goes by the number of
 * pods, older ReplicaSets must have none that is available.
 *
 * @source AtDesiredReplicaCountsForCanary in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
export function isAtDesiredReplicas(
  rollout: Rollout,
  newSet: ReplicaSet | undefined,
  stableSet: ReplicaSet | undefined,
  others: readonly ReplicaSet[],
  weights: TrafficWeights | undefined,
): boolean {
  const { trafficRouting, dynamicStableScale = false, replicaProgressThreshold } = rollout.spec.strategy?.canary ?? {};
  const isRouted = trafficRouting !== undefined;
  const desired = isRouted
    ? routedCanaryReplicas(rollout, newSet, stableSet, weights)
    : basicCanaryReplicas(rollout, newSet, stableSet, others);
  if (!isThresholdMet(replicaProgressThreshold, newSet, desired.canary)) return false;
  if (!(isRouted && dynamicStableScale) && !areCreated(stableSet, desired.stable)) return false;
  return isRouted || others.every((set) => availableIn(set) === 0);
}

/**
 * Whether enough new pods are available: all that are desired, or as many as the threshold asks for.
 * @source ReplicaProgressThresholdMet in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
export function isThresholdMet(
  threshold: ReplicaProgressThreshold | undefined,
  set: ReplicaSet | undefined,
  desired: number,
): boolean {
  if (set === undefined) return false;
  const available = availableIn(set);
  if (threshold === undefined || threshold.value < 0) return replicasIn(set) === desired && available === desired;
  if (threshold.type !== 'Percent') return available >= threshold.value;
  return desired === 0 || (available / desired) * 100 >= threshold.value - EPSILON;
}

function areCreated(set: ReplicaSet | undefined, desired: number): boolean {
  return set !== undefined && replicasIn(set) === desired && (set.status?.replicas ?? 0) === desired;
}
