import type { TrafficWeights } from '../../model/rollout-status.ts';
import { type ReplicaSet, replicasIn } from '../../workload/replica-set.ts';
import { basicCanaryReplicas } from '../replicas/basic-canary.ts';
import { routedCanaryReplicas } from '../replicas/routed-canary.ts';
import { removeDeadlines } from '../scale-down-deadline.ts';
import { scaleLatest } from '../scale-latest.ts';
import { scaleReplicaSet } from '../scale.ts';
import { isActive } from '../versions.ts';
import { StepFailure, within } from '../../workload/step-failure.ts';
import { isHalted, statusOf, type Work } from '../work.ts';
import { scaleDownOld } from './scale-down-old.ts';

/**
 * Gives the ReplicaSets their pods: the stable one, the latest, and then the old ones; one of these at a time.
 *
 * @returns whether one was scaled
 * @throws StepFailure if the stable or the latest one cannot be written
 * @source reconcileCanaryReplicaSets in rollout/canary.go of argoproj/argo-rollouts
 */
export function scaleCanary(work: Work, weights: TrafficWeights | undefined): boolean {
  if (isHalted(work.rollout)) return false;
  removeDeadlines(work);
  return scaleStable(work, weights) || scaleLatest(work, () => latestReplicas(work, weights)) || scaleOthers(work);
}

function scaleStable(work: Work, weights: TrafficWeights | undefined): boolean {
  const { rollout, versions } = work;
  const { latest, stable, others } = versions;
  if (stable === undefined || stable.metadata.name === latest?.metadata.name) return false;
  const wanted = isRouted(work)
    ? stableReplicas(work, stable, weights)
    : basicCanaryReplicas(rollout, latest, stable, others).stable;
  const what = 'failed to scaleReplicaSetAndRecordEvent in reconcileCanaryStableReplicaSet';
  return within(what, () => scaleReplicaSet(work, stable, wanted)).isScaled;
}

/**
 * By the weights as they were: pods follow traffic, one look later. But pods whose traffic has come back in this very
 * look stay, which Argo takes away.
 */
function stableReplicas({ rollout, versions }: Work, stable: ReplicaSet, weights: TrafficWeights | undefined): number {
  const { latest } = versions;
  const byWeights = (each: TrafficWeights | undefined) => routedCanaryReplicas(rollout, latest, stable, each).stable;
  const needed = Math.min(byWeights(weights), replicasIn(stable));
  return Math.max(byWeights(statusOf(rollout).canary?.weights), needed);
}

function isRouted({ rollout }: Work): boolean {
  return rollout.spec.strategy?.canary?.trafficRouting !== undefined;
}

function latestReplicas(work: Work, weights: TrafficWeights | undefined): number {
  const { rollout, versions } = work;
  const { latest, stable, others } = versions;
  const wanted = isRouted(work)
    ? routedCanaryReplicas(rollout, latest, stable, weights)
    : basicCanaryReplicas(rollout, latest, stable, others);
  return wanted.canary;
}

/** A failure is passed over: old pods can go later. */
function scaleOthers(work: Work): boolean {
  const others = work.versions.others.filter(isActive);
  if (others.every((replicaSet) => replicasIn(replicaSet) === 0)) return false;
  try {
    return scaleDownOld(work, others) > 0;
  } catch (error) {
    if (error instanceof StepFailure) return false;
    throw error;
  }
}
