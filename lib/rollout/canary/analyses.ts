import type { AnalysisRun } from '../../model/analysis-run.ts';
import { cancelRuns } from '../cancel-runs.ts';
import { currentStep } from '../current-step.ts';
import { heed, needsNewRun, startRun } from '../follow-run.ts';
import { isFullyPromoted } from '../phase.ts';
import { findPause, statusOf, type Work } from '../work.ts';

/**
 * Sees to the run of the current step.
 *
 * @returns the run as it is then; undefined: there is none any more
 * @throws StepFailure if it cannot be started or ended
 * @source reconcileStepBasedAnalysisRun in rollout/analysis.go of argoproj/argo-rollouts
 */
export function reconcileStepRun(work: Work): AnalysisRun | undefined {
  const { step: run } = work.currentRuns;
  const status = statusOf(work.rollout);
  if ((status.pauseConditions ?? []).length > 0 || status.abort === true) return run;
  const { step, index = 0 } = currentStep(work.rollout);
  const analysis = step?.analysis;
  const isOfOtherStep = run !== undefined && run.metadata.labels?.['step-index'] !== String(index);
  if (analysis === undefined || (analysis.templates ?? []).length === 0 || isOfOtherStep) {
    cancelRuns(work, [run]);
    return undefined;
  }
  if (needsNewRun(work, run)) return startRun(work, analysis, { is: 'Step', index }, String(index));
  heed(work, run, 'Step-based analysis');
  return run;
}

/**
 * Sees to the run beside the steps.
 *
 * @returns the run as it is then; undefined: there is none, or not any more
 * @throws StepFailure if it cannot be started or ended
 * @source reconcileBackgroundAnalysisRun in rollout/analysis.go of argoproj/argo-rollouts
 */
export function reconcileBackgroundRun(work: Work): AnalysisRun | undefined {
  const { background: run } = work.currentRuns;
  const { rollout } = work;
  const status = statusOf(rollout);
  const { analysis } = rollout.spec.strategy?.canary ?? {};
  if (analysis === undefined || (analysis.templates ?? []).length === 0) {
    cancelRuns(work, [run]);
    return undefined;
  }
  const isTooEarly = (currentStep(rollout).index ?? Infinity) < (analysis.startingStep ?? 0);
  const isUpdating = (status.stableRS ?? '') !== '' && (status.currentPodHash ?? '') !== '';
  if (isFullyPromoted(rollout) || !isUpdating || isTooEarly) return undefined;
  if (findPause(status, 'InconclusiveAnalysisRun') !== undefined) return run;
  if (needsNewRun(work, run)) return startRun(work, analysis, { is: 'Background' }, '');
  heed(work, run, 'Background analysis');
  return run;
}
