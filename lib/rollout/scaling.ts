import { availableIn, availableInAll } from '../workload/replica-set.ts';
import { replicasThere } from './base-status.ts';
import { scaleBlueGreen } from './blue-green/scale.ts';
import { scaleCanary } from './canary/scale.ts';
import { type Ending, endWith } from './ending.ts';
import { syncRevision } from './sync-revision.ts';
import { findByHash } from './versions.ts';
import { within } from '../workload/step-failure.ts';
import { statusOf, type Work } from './work.ts';

/**
 * Gives the ReplicaSets their pods after somebody has changed how many are wanted, and counts; nothing else.
 *
 * @throws StepFailure if something cannot be written
 * @source syncReplicasOnly in rollout/sync.go of argoproj/argo-rollouts
 */
export function followScaling(work: Work): Ending {
  within('failed to getAllReplicaSetsAndSyncRevision in syncReplicasOnly', () => syncRevision(work));
  const status = statusOf(work.rollout);
  if (work.rollout.spec.strategy?.blueGreen) {
    within('failed to reconcileBlueGreenReplicaSets in syncReplicasOnly', () => scaleBlueGreen(work));
    const active = findByHash(work.versions.all, status.blueGreen?.activeSelector);
    if (active) {
      const { replicas = 0 } = active.status ?? {};
      return endWith(work, { ...status, HPAReplicas: replicas, availableReplicas: availableIn(active) });
    }
  } else {
    within('failed to reconcileCanaryReplicaSets in syncReplicasOnly', () => scaleCanary(work, status.canary?.weights));
  }
  const { all } = work.versions;
  return endWith(work, { ...status, HPAReplicas: replicasThere(all), availableReplicas: availableInAll(all) });
}
