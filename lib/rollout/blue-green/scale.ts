import { availableIn, replicasIn, type ReplicaSet } from '../../workload/replica-set.ts';
import { replicasOf } from '../defaults.ts';
import { limitHistory } from '../history.ts';
import { isReferenced } from '../referenced.ts';
import { byRevision, delayScaleDown, type Waiting } from '../scale-down-delay.ts';
import { removeDeadlines } from '../scale-down-deadline.ts';
import { scaleLatest } from '../scale-latest.ts';
import { scaleReplicaSet } from '../scale.ts';
import { findByHash, hashOf, isActive } from '../versions.ts';
import { StepFailure, within } from '../../workload/step-failure.ts';
import { findPause, statusOf, type Work } from '../work.ts';
import { isBeforePromotion } from './analyses.ts';

/**
 * Gives the ReplicaSets their pods: the stable one, the latest, and the old ones.
 *
 * @throws StepFailure if the stable or the latest one cannot be written, or an old one cannot be deleted
 * @source reconcileBlueGreenReplicaSets in rollout/bluegreen.go of argoproj/argo-rollouts
 */
export function scaleBlueGreen(work: Work): void {
  removeDeadlines(work);
  const { stable } = work.versions;
  if (stable) {
    const what = 'failed to scaleReplicaSetAndRecordEvent in reconcileBlueGreenStableReplicaSet';
    within(what, () => scaleReplicaSet(work, stable, replicasOf(work.rollout)));
  }
  scaleLatest(work, () => latestReplicas(work));
  scaleOthers(work);
  limitHistory(work);
}

/**
 * The pods that the latest ReplicaSet is to have: during the preview, perhaps not all.
 * @source NewRSNewReplicas in utils/replicaset/replicaset.go of argoproj/argo-rollouts
 */
export function latestReplicas({ rollout, versions }: Work): number {
  const preview = rollout.spec.strategy?.blueGreen?.previewReplicaCount;
  const all = replicasOf(rollout);
  if (preview === undefined) return all;
  const status = statusOf(rollout);
  const { latest } = versions;
  const active = findByHash(versions.all, status.blueGreen?.activeSelector);
  if (active === undefined || active.metadata.name === latest?.metadata.name) return all;
  if (status.promoteFull === true) return all;
  if (hashOf(latest) !== (status.currentPodHash ?? '')) return preview;
  const isPaused = rollout.spec.paused === true || (status.pauseConditions ?? []).length > 0;
  return !isPaused && status.blueGreen?.scaleUpPreviewCheckPoint === true ? all : preview;
}

/**
 * Whether the latest ReplicaSet has all the pods that it is to have for now.
 * @source ReadyForPause in utils/replicaset/bluegreen.go of argoproj/argo-rollouts
 */
export function isReadyForPause(work: Work): boolean {
  const { latest } = work.versions;
  const wanted = latestReplicas(work);
  return latest !== undefined && replicasIn(latest) === wanted && availableIn(latest) === wanted;
}

/** A failure is passed over: old pods can go later. */
function scaleOthers(work: Work): void {
  const others = work.versions.others.filter(isActive);
  if (others.length === 0 || mustStay(work)) return;
  try {
    scaleDownOld(work, others);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
  }
}

/** Until an analysis has told whether they will be needed again. */
function mustStay(work: Work): boolean {
  const { rollout, currentRuns } = work;
  if (findPause(statusOf(rollout), 'InconclusiveAnalysisRun') !== undefined) return true;
  const { postPromotionAnalysis, scaleDownDelaySeconds } = rollout.spec.strategy?.blueGreen ?? {};
  if (postPromotionAnalysis === undefined || scaleDownDelaySeconds !== undefined) return false;
  return !isBeforePromotion(work) && currentRuns.postPromotion?.status?.phase !== 'Successful';
}

/** @source scaleDownOldReplicaSetsForBlueGreen in rollout/bluegreen.go of argoproj/argo-rollouts */
function scaleDownOld(work: Work, old: readonly ReplicaSet[]): void {
  const waiting: Waiting = { count: 0 };
  for (const replicaSet of byRevision(old)) {
    if (isReferenced(work, replicaSet)) continue;
    const wanted = delayScaleDown(work, replicaSet, waiting, replicasOf(work.rollout));
    if (replicasIn(replicaSet) === wanted) continue;
    const what = 'failed to scaleReplicaSetAndRecordEvent in scaleDownOldReplicaSetsForBlueGreen';
    within(what, () => scaleReplicaSet(work, replicaSet, wanted));
  }
}
