import type { Rollout } from '../../model/rollout.ts';
import type { TrafficWeights } from '../../model/rollout-status.ts';
import type { ReplicaSet } from '../../workload/replica-set.ts';
import { maxTrafficWeight, replicasOf } from '../defaults.ts';
import { podsForWeight, wantedCanary } from './weight.ts';

/** How many pods the ReplicaSets of a canary are to have. */
export interface CanaryReplicas {
  readonly canary: number;
  readonly stable: number;
}

/**
 * The pods of a canary whose traffic is routed. Unless the stable pods scale with their traffic they are all there; if
 * they do, there are enough for the traffic that they have and for that which they are to have.
 *
 * @param weights  as they were set last, undefined if they were not
 * @source CalculateReplicaCountsForTrafficRoutedCanary in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
export function routedCanaryReplicas(
  rollout: Rollout,
  newSet: ReplicaSet | undefined,
  stableSet: ReplicaSet | undefined,
  weights: TrafficWeights | undefined,
): CanaryReplicas {
  const replicas = replicasOf(rollout);
  const maxWeight = maxTrafficWeight(rollout);
  const podsFor = (weight: number) => podsForWeight(replicas, weight, maxWeight);
  const wanted = wantedCanary(rollout, newSet, stableSet);
  const canary = 'replicas' in wanted ? wanted.replicas : atLeastMinPods(rollout, podsFor(wanted.weight));
  if (rollout.spec.strategy?.canary?.dynamicStableScale !== true) return { canary, stable: replicas };

  const wantedStable = podsFor(maxWeight - ('replicas' in wanted ? 0 : wanted.weight));
  const stable = weights === undefined ? wantedStable : Math.max(wantedStable, podsFor(weights.stable.weight));
  // After an abort the new pods stay as long as traffic comes to them.
  const isLeaving = weights !== undefined && rollout.status?.abort === true;
  const serving = isLeaving ? Math.max(canary, podsFor(weights.canary.weight)) : canary;
  return { canary: atLeastMinPods(rollout, serving), stable: atLeastMinPods(rollout, stable) };
}

/**
 * A ReplicaSet that has pods at all has at least `minPodsPerReplicaSet`, but never more than are wanted altogether.
 * @source CheckMinPodsPerReplicaSet in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
function atLeastMinPods(rollout: Rollout, pods: number): number {
  const { minPodsPerReplicaSet, trafficRouting } = rollout.spec.strategy?.canary ?? {};
  if (pods === 0 || minPodsPerReplicaSet === undefined || trafficRouting === undefined) return pods;
  return Math.max(pods, Math.min(minPodsPerReplicaSet, replicasOf(rollout)));
}
