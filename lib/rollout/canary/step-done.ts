import type { Experiment } from '../../model/experiment.ts';
import type { AnalysisRun } from '../../model/analysis-run.ts';
import { pastMs } from '../../model/moment.ts';
import type { TrafficWeights } from '../../model/rollout-status.ts';
import { currentStep } from '../current-step.ts';
import { isAtDesiredReplicas } from '../replicas/at-desired.ts';
import { findPause, statusOf, type Work } from '../work.ts';
import { pauseSeconds } from './pause-seconds.ts';

/** What steps wait for. */
export interface Done {
  readonly weights: TrafficWeights | undefined;
  readonly stepRun?: AnalysisRun | undefined;
  readonly experiment?: Experiment | undefined;
}

/**
 * Whether the current step is done.
 * @source completedCurrentCanaryStep in rollout/canary.go of argoproj/argo-rollouts
 */
export function isStepDone(work: Work, { weights, stepRun, experiment }: Done): boolean {
  const { rollout, versions } = work;
  const { step } = currentStep(rollout);
  if (rollout.spec.paused === true || step === undefined) return false;
  if (step.pause) return isPauseDone(work);
  if (step.setCanaryScale || step.setWeight !== undefined) {
    const { latest, stable, others } = versions;
    if (!isAtDesiredReplicas(rollout, latest, stable, others, weights)) return false;
    return step.setCanaryScale !== undefined || weights?.verified !== false;
  }
  if (step.experiment) return experiment?.status?.phase === 'Successful';
  if (step.analysis) return stepRun?.status?.phase === 'Successful';
  return step.setHeaderRoute !== undefined || step.setMirrorRoute !== undefined;
}

/** Somebody has promoted the Rollout, or the time is over. */
function isPauseDone({ rollout, now }: Work): boolean {
  const status = statusOf(rollout);
  const pause = findPause(status, 'CanaryPauseStep');
  if (pause === undefined) return status.controllerPause === true;
  const seconds = pauseSeconds(currentStep(rollout).step?.pause);
  return seconds !== undefined && now.getTime() > pastMs(pause.startTime, now) + seconds * 1000;
}
