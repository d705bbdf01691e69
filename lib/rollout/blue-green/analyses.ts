import type { AnalysisRun } from '../../model/analysis-run.ts';
import { availableIn, replicasIn } from '../../workload/replica-set.ts';
import { cancelRuns } from '../cancel-runs.ts';
import { heed, needsNewRun, startRun } from '../follow-run.ts';
import { isSaturated } from '../revision.ts';
import { hashOf } from '../versions.ts';
import { findPause, statusOf, type Work } from '../work.ts';

/**
 * Sees to the run before the promotion, and pauses or aborts by it.
 *
 * @returns the run as it is then; undefined: there is none any more
 * @throws StepFailure if it cannot be started or ended
 * @source reconcilePrePromotionAnalysisRun in rollout/analysis.go of argoproj/argo-rollouts
 */
export function reconcilePrePromotionRun(work: Work): AnalysisRun | undefined {
  const run = nextPrePromotionRun(work);
  heed(work, run, 'Blue/green pre-promotion analysis');
  return run;
}

function nextPrePromotionRun(work: Work): AnalysisRun | undefined {
  const { prePromotion: run } = work.currentRuns;
  const analysis = work.rollout.spec.strategy?.blueGreen?.prePromotionAnalysis;
  if (analysis === undefined || (analysis.templates ?? []).length === 0) {
    cancelRuns(work, [run]);
    return undefined;
  }
  if (isBeforePreview(work, run)) {
    cancelRuns(work, [run]);
    return run;
  }
  if (findPause(statusOf(work.rollout), 'InconclusiveAnalysisRun') !== undefined) return run;
  return needsNewRun(work, run) ? startRun(work, analysis, { is: 'PrePromotion' }, 'pre') : run;
}

/** The new pods are active already, or not all there; but once begun, the run goes on. */
function isBeforePreview({ rollout, versions }: Work, run: AnalysisRun | undefined): boolean {
  const { latest } = versions;
  const hash = hashOf(latest);
  const { stableRS, blueGreen } = statusOf(rollout);
  const { activeSelector = '' } = blueGreen ?? {};
  if (stableRS === hash || activeSelector === '' || activeSelector === hash || hash === '') return true;
  if (run !== undefined || latest === undefined) return false;
  const preview = rollout.spec.strategy?.blueGreen?.previewReplicaCount;
  if (preview === undefined) return !isSaturated(rollout, latest);
  return replicasIn(latest) !== preview || availableIn(latest) !== preview;
}

/**
 * Sees to the run after the promotion, and pauses or aborts by it.
 *
 * @returns the run as it is then; undefined: there is none any more
 * @throws StepFailure if it cannot be started or ended
 * @source reconcilePostPromotionAnalysisRun in rollout/analysis.go of argoproj/argo-rollouts
 */
export function reconcilePostPromotionRun(work: Work): AnalysisRun | undefined {
  const run = nextPostPromotionRun(work);
  heed(work, run, 'Blue/green post-promotion analysis');
  return run;
}

function nextPostPromotionRun(work: Work): AnalysisRun | undefined {
  const { postPromotion: run } = work.currentRuns;
  const analysis = work.rollout.spec.strategy?.blueGreen?.postPromotionAnalysis;
  if (analysis === undefined || (analysis.templates ?? []).length === 0) {
    cancelRuns(work, [run]);
    return undefined;
  }
  if (isBeforePromotion(work) || work.lacksTargets === true) {
    cancelRuns(work, [run]);
    return run;
  }
  if (findPause(statusOf(work.rollout), 'InconclusiveAnalysisRun') !== undefined) return run;
  return needsNewRun(work, run) ? startRun(work, analysis, { is: 'PostPromotion' }, 'post') : run;
}

/**
 * Whether there is nothing to analyse after a promotion: there was none, it is stable already, or pods are missing.
 * @source skipPostPromotionAnalysisRun in rollout/analysis.go of argoproj/argo-rollouts
 */
export function isBeforePromotion({ rollout, versions, currentRuns }: Work): boolean {
  const hash = hashOf(versions.latest);
  const { stableRS, blueGreen } = statusOf(rollout);
  if (stableRS === hash || (blueGreen?.activeSelector ?? '') !== hash || hash === '') return true;
  return currentRuns.postPromotion === undefined && !isSaturated(rollout, versions.latest);
}
