import type { Rollout } from '../model/rollout.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import { stepHash } from './step-hash.ts';
import { hashOf, wantedHash } from './versions.ts';

/**
 * Whether other pods are wanted than those that the status is about.
 * @source CheckPodSpecChange in utils/replicaset/replicaset.go of argoproj/argo-rollouts
 */
export function isTemplateChanged(rollout: Rollout, latest: ReplicaSet | undefined): boolean {
  const { currentPodHash = '' } = rollout.status ?? {};
  if (currentPodHash === '') return false;
  return currentPodHash !== (latest ? hashOf(latest) : wantedHash(rollout));
}

/**
 * Whether the update begins anew, with other pods or other steps.
 * @source PodTemplateOrStepsChanged in utils/replicaset/replicaset.go of argoproj/argo-rollouts
 */
export function areTemplateOrStepsChanged(rollout: Rollout, latest: ReplicaSet | undefined): boolean {
  const { currentStepHash = '' } = rollout.status ?? {};
  return currentStepHash === '' || currentStepHash !== stepHash(rollout) || isTemplateChanged(rollout, latest);
}
