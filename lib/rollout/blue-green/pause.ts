import { pastMs } from '../../model/moment.ts';
import type { Service } from '../seen.ts';
import { isFastRollback } from '../rollback.ts';
import { selectedHash } from '../switch-service.ts';
import { hashOf } from '../versions.ts';
import { wakeAtEnd } from '../wake-at-end.ts';
import { type CurrentRuns, findPause, isHalted, statusOf, type Work } from '../work.ts';
import { isReadyForPause } from './scale.ts';

/**
 * Whether there is no pause before the promotion: it was asked for, or there is nothing to promote.
 * @source isBlueGreenFastTracked in rollout/bluegreen.go of argoproj/argo-rollouts
 */
export function isFastTracked(work: Work, active: Service): boolean {
  if (isFastRollback(work) || statusOf(work.rollout).promoteFull === true) return true;
  const hash = selectedHash(active);
  return hash === '' || hash === hashOf(work.versions.latest);
}

/** @source completedPrePromotionAnalysis in rollout/pause.go of argoproj/argo-rollouts */
export function isPrePromotionDone({ rollout }: Work, { prePromotion }: CurrentRuns): boolean {
  if (rollout.spec.strategy?.blueGreen?.prePromotionAnalysis === undefined) return true;
  return prePromotion?.status?.phase === 'Successful';
}

/**
 * Whether somebody has promoted the new pods, or the time for it has come.
 * @source CompletedBlueGreenPause in rollout/pause.go of argoproj/argo-rollouts
 */
export function isPauseDone({ rollout, intent, now }: Work): boolean {
  const status = statusOf(rollout);
  const { autoPromotionEnabled = true, autoPromotionSeconds = 0 } = rollout.spec.strategy?.blueGreen ?? {};
  const pause = findPause(status, 'BlueGreenPause');
  if (intent.pauses.length > 0) return false;
  if (status.blueGreen?.scaleUpPreviewCheckPoint === true) return true;
  if (!autoPromotionEnabled) return status.controllerPause === true && pause === undefined;
  if (autoPromotionSeconds === 0) return true;
  return pause !== undefined && now.getTime() > pastMs(pause.startTime, now) + autoPromotionSeconds * 1000;
}

/**
 * Pauses before the promotion, or ends that pause.
 * @source reconcileBlueGreenPause in rollout/bluegreen.go of argoproj/argo-rollouts
 */
export function reconcilePause(work: Work, active: Service): void {
  const { rollout, intent } = work;
  const status = statusOf(rollout);
  const { autoPromotionEnabled, autoPromotionSeconds = 0 } = rollout.spec.strategy?.blueGreen ?? {};
  if (status.abort === true || !isReadyForPause(work) || isHalted(rollout)) return;
  const isPassed = status.blueGreen?.scaleUpPreviewCheckPoint === true;
  const isWanted = autoPromotionEnabled === false || autoPromotionSeconds > 0;
  if (isFastTracked(work, active) || isPassed || !isWanted) {
    intent.resumes.push('BlueGreenPause');
    return;
  }
  if (!isPrePromotionDone(work, work.currentRuns)) return;
  const pause = findPause(status, 'BlueGreenPause');
  if (pause === undefined) {
    if (status.controllerPause !== true) intent.pauses.push('BlueGreenPause');
  } else if (isPauseDone(work)) {
    intent.resumes.push('BlueGreenPause');
  } else if (autoPromotionSeconds > 0) {
    wakeAtEnd(work, pause.startTime, autoPromotionSeconds);
  }
}
