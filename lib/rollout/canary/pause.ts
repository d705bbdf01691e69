import { currentStep } from '../current-step.ts';
import { wakeAtEnd } from '../wake-at-end.ts';
import { findPause, statusOf, type Work } from '../work.ts';
import { pauseSeconds } from './pause-seconds.ts';

/**
 * Begins the pause of a step, unless somebody has ended it already; or looks again when it is over.
 * @source reconcileCanaryPause in rollout/canary.go of argoproj/argo-rollouts
 */
export function pauseAtStep(work: Work): void {
  const { rollout, intent } = work;
  const status = statusOf(rollout);
  const { pause: step } = currentStep(rollout).step ?? {};
  if (rollout.spec.paused === true || status.promoteFull === true || step === undefined) return;
  const pause = findPause(status, 'CanaryPauseStep');
  if (pause === undefined) {
    if (status.controllerPause !== true) intent.pauses.push('CanaryPauseStep');
    return;
  }
  const seconds = pauseSeconds(step);
  if (seconds !== undefined) wakeAtEnd(work, pause.startTime, seconds);
}
