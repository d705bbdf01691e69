import type { BlueGreenStatus, RolloutStatus } from '../../model/rollout-status.ts';
import { availableIn, availableInAll } from '../../workload/replica-set.ts';
import { baseStatus, replicasThere, withReset } from '../base-status.ts';
import { isTemplateChanged } from '../changes.ts';
import { type Ending, endWith } from '../ending.ts';
import { forgetPauses } from '../intent.ts';
import { promoteStable, replaceWorkload, whyPromote } from '../promote.ts';
import { isWithinWindow } from '../rollback.ts';
import type { Service } from '../seen.ts';
import { formatSelector } from '../selector.ts';
import { selectedHash } from '../switch-service.ts';
import { findByHash } from '../versions.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { type CurrentRuns, statusOf, type Work } from '../work.ts';
import { isPauseDone, isPrePromotionDone } from './pause.ts';

/** What a reconcile has done for a blue-green update before its status is reckoned. */
export interface BlueGreenProgress {
  readonly preview: Service | undefined;
  readonly active: Service;
  readonly runs?: CurrentRuns;
  readonly statuses?: Pick<BlueGreenStatus, 'prePromotionAnalysisRunStatus' | 'postPromotionAnalysisRunStatus'>;
  /** The `restartAt` that was done. */
  readonly restartedAt?: string | undefined;
}

/**
 * Ends the reconcile of a blue-green update.
 * @source syncRolloutStatusBlueGreen in rollout/bluegreen.go of argoproj/argo-rollouts
 */
export function endBlueGreen(work: Work, progress: BlueGreenProgress): Ending {
  const { rollout, intent } = work;
  const before = statusOf(rollout);
  const after = blueGreenStatus(work, progress);
  const started = isTemplateChanged(rollout, work.versions.latest) ? withReset(work, after) : after;
  if (before.promoteFull === true || isWithinWindow(work)) forgetPauses(intent);
  const runs = progress.runs ?? work.currentRuns;
  const { postPromotionAnalysis } = rollout.spec.strategy?.blueGreen ?? {};
  const isAnalysed = postPromotionAnalysis === undefined || runs.postPromotion?.status?.phase === 'Successful';
  const reason = whyPromote(work, started, { isAnalysed });
  if (reason === undefined) return endWith(work, withCounts(work, withCheckPoint(work, started, runs)));
  const promoted = promoteStable(work, started, reason);
  tryToReplaceWorkload(work);
  return endWith(work, withCounts(work, promoted));
}

/** What goes wrong is passed over here: it is tried at each look. */
function tryToReplaceWorkload(work: Work): void {
  try {
    replaceWorkload(work);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
  }
}

function blueGreenStatus(work: Work, { preview, active, statuses, restartedAt }: BlueGreenProgress): RolloutStatus {
  const before = statusOf(work.rollout);
  const previewSelector = selectedHash(preview);
  const activeSelector = selectedHash(active);
  return {
    ...baseStatus(work),
    ...(restartedAt !== undefined && { restartedAt }),
    ...(before.stableRS !== undefined && { stableRS: before.stableRS }),
    blueGreen: { ...statuses, previewSelector, activeSelector },
    // Weights of an earlier strategy stay.
    ...(before.canary?.weights && { canary: { weights: before.canary.weights } }),
  };
}

/**
 * Once the preview has been tried, it is scaled up to be promoted, until it is stable or another one is wanted.
 * @source calculateScaleUpPreviewCheckPoint in rollout/bluegreen.go of argoproj/argo-rollouts
 */
function withCheckPoint(work: Work, after: RolloutStatus, runs: CurrentRuns): RolloutStatus {
  const { rollout, versions } = work;
  const { previewReplicaCount } = rollout.spec.strategy?.blueGreen ?? {};
  if (previewReplicaCount === undefined) return after;
  const isTried = isPrePromotionDone(work, runs) && isPauseDone(work);
  const { latest } = versions;
  const isThere = latest !== undefined && availableIn(latest) === previewReplicaCount;
  const wasPassed = statusOf(rollout).blueGreen?.scaleUpPreviewCheckPoint === true;
  return { ...after, blueGreen: { ...after.blueGreen, scaleUpPreviewCheckPoint: wasPassed || (isTried && isThere) } };
}

/** What an autoscaler is to count: the pods that serve. */
function withCounts({ rollout, versions }: Work, after: RolloutStatus): RolloutStatus {
  const active = findByHash(versions.all, after.blueGreen?.activeSelector);
  if (active === undefined) {
    return {
      ...after,
      HPAReplicas: replicasThere(versions.all),
      selector: formatSelector(rollout.spec.selector),
      availableReplicas: availableInAll(versions.all),
    };
  }
  const { replicas = 0, readyReplicas = 0 } = active.status ?? {};
  return {
    ...after,
    HPAReplicas: replicas,
    selector: formatSelector(active.spec?.selector),
    availableReplicas: availableIn(active),
    readyReplicas,
  };
}
