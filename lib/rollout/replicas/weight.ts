import type { SetCanaryScale } from '../../model/canary-step.ts';
import type { Rollout } from '../../model/rollout.ts';
import { availableIn, type ReplicaSet } from '../../workload/replica-set.ts';
import { currentStep, latestOf } from '../current-step.ts';
import { abortScaleDownDelay, hasExplicitAbortDelay, maxTrafficWeight, replicasOf } from '../defaults.ts';

/** How many new pods are wanted: a number of them, or as many as a weight asks for. */
export type WantedCanary = { readonly replicas: number } | { readonly weight: number };

/**
 * How many new pods are wanted.
 * @source GetCanaryReplicasOrWeight in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
export function wantedCanary(
  rollout: Rollout,
  newSet: ReplicaSet | undefined,
  stableSet: ReplicaSet | undefined,
): WantedCanary {
  const { promoteFull = false, stableRS = '', currentPodHash = '' } = rollout.status ?? {};
  if (promoteFull || stableRS === '' || currentPodHash === stableRS) return { weight: maxTrafficWeight(rollout) };
  const scale = canaryScale(rollout);
  if (scale?.replicas !== undefined) return { replicas: scale.replicas };
  return { weight: scale?.weight ?? desiredCanaryWeight(rollout, newSet, stableSet) };
}

/**
 * The share of the traffic that the new pods are to have.
 *
 * When an update with dynamicStableScale is aborted, the weight goes down step by step, backwards: the stable pods come
 * back as they are needed, not all at once.
 * @source GetDesiredCanaryWeight in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
export function desiredCanaryWeight(
  rollout: Rollout,
  newSet: ReplicaSet | undefined,
  stableSet: ReplicaSet | undefined,
): number {
  const { canary } = rollout.spec.strategy ?? {};
  const isReturning = rollout.status?.abort === true && canary?.dynamicStableScale === true;
  if (!isReturning || newSet === undefined || stableSet === undefined) return currentSetWeight(rollout);
  const replicas = replicasOf(rollout);
  const missing = replicas - availableIn(stableSet);
  // New pods that stay until a deadline must not hold the weight up: the deadline is only set once the stable pods are
  // all back.
  const pods = hasExplicitAbortDelay(rollout) ? missing : Math.max(missing, availableIn(newSet));
  const maxWeight = maxTrafficWeight(rollout);
  const weights = canary.steps?.flatMap(({ setWeight }) => setWeight ?? []) ?? [];
  return weights.findLast((weight) => podsForWeight(replicas, weight, maxWeight) < pods) ?? 0;
}

/**
 * The weight that the steps up to now have set: all once they are done, nothing after an abort.
 * @source GetCurrentSetWeight in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
export function currentSetWeight(rollout: Rollout): number {
  if (rollout.status?.abort === true) return 0;
  if (currentStep(rollout).step === undefined) return maxTrafficWeight(rollout);
  return latestOf(rollout, ({ setWeight }) => setWeight) ?? 0;
}

/** The pods that a share of the traffic needs, rounded up. */
export function podsForWeight(replicas: number, weight: number, maxWeight: number): number {
  return Math.ceil((weight * replicas) / maxWeight);
}

/**
 * The setCanaryScale that is in force. It needs a traffic router, and ends with an abort, unless the new pods are to
 * stay for ever then.
 * @source UseSetCanaryScale in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
function canaryScale(rollout: Rollout): SetCanaryScale | undefined {
  if (rollout.spec.strategy?.canary?.trafficRouting === undefined) return undefined;
  if (rollout.status?.abort === true && abortScaleDownDelay(rollout).seconds !== undefined) return undefined;
  const scale = latestOf(rollout, ({ setCanaryScale }) => setCanaryScale);
  return scale?.matchTrafficWeight === true ? undefined : scale;
}
