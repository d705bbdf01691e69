import { pastMs } from '../model/moment.ts';
import type { RolloutDurationStatus, RolloutStatus } from '../model/rollout-status.ts';
import { availableIn } from '../workload/replica-set.ts';
import { areTemplateOrStepsChanged, isTemplateChanged } from './changes.ts';
import { findCondition } from './conditions.ts';
import { currentStep } from './current-step.ts';
import { replicasOf } from './defaults.ts';
import { isAborted } from './intent.ts';
import { isFastRollback, isRollback } from './rollback.ts';
import { statusOf, timeOf, type Work } from './work.ts';

/**
 * How long the update takes: when it began and ended, and how long it waited for somebody.
 *
 * @param after  what the status has come to in all else
 * @source calculateStatusDuration in rollout/sync.go of argoproj/argo-rollouts
 */
export function nextDuration(work: Work, after: RolloutStatus): RolloutDurationStatus | undefined {
  if (findCondition(after, 'InvalidSpec') !== undefined) return after.duration;
  const before = statusOf(work.rollout).duration;
  const isUnderWay = before?.rolloutStartedAt !== undefined && !isOver(before);
  const hasChanged = hasUpdateChanged(work);
  const isDone = isAtTarget(work, after);
  const ended = isUnderWay ? endOf(work, after.duration ?? {}, hasChanged, isDone) : after.duration;
  if (isUnderWay && ended !== undefined && isDone && isOver(ended)) return ended;

  const hasToStart = ended === undefined || (isOver(ended) && !isDone);
  const isStarted = hasToStart && ((hasChanged && !isDone) || isRetry(work));
  const duration = isStarted ? { rolloutStartedAt: timeOf(work.now) } : ended;
  if (duration === undefined || isOver(duration)) return duration;
  const wasPaused = !hasToStart && before?.manualPauseStartedAt !== undefined;
  return withPause(work, duration, wasPaused, isWaitingForSomebody(work, after));
}

function isOver({ rolloutStartedAt, finishedAt }: RolloutDurationStatus): boolean {
  return rolloutStartedAt !== undefined && finishedAt !== undefined;
}

/** Another version is wanted than before, or the first one. */
function hasUpdateChanged({ rollout, versions }: Work): boolean {
  if ((statusOf(rollout).currentPodHash ?? '') === '') return true;
  const { canary } = rollout.spec.strategy ?? {};
  return canary ? areTemplateOrStepsChanged(rollout, versions.latest) : isTemplateChanged(rollout, versions.latest);
}

function isAtTarget({ rollout, versions }: Work, { stableRS = '', currentPodHash = '' }: RolloutStatus): boolean {
  const { latest } = versions;
  return stableRS === currentPodHash && latest !== undefined && availableIn(latest) >= replicasOf(rollout);
}

function isRetry({ rollout, intent }: Work): boolean {
  const status = statusOf(rollout);
  return !isAborted(intent, status) && findCondition(status, 'Progressing')?.reason === 'RolloutAborted';
}

/** An update that goes on, or what it has ended as. */
function endOf(
  work: Work,
  duration: RolloutDurationStatus,
  hasChanged: boolean,
  isDone: boolean,
): RolloutDurationStatus {
  let next = duration;
  if (hasChanged && isRollback(work)) {
    next = { ...next, completionStatus: isFastRollback(work) ? 'FastRolledBack' : 'RolledBack' };
  } else if (hasChanged) {
    next = complete(work, next, 'Superseded');
  }
  if (isOver(next)) return next;
  const status = next.completionStatus;
  if (isDone) return complete(work, next, status ?? 'Promoted');
  return isAborted(work.intent, statusOf(work.rollout)) ? complete(work, next, status ?? 'Aborted') : next;
}

function complete({ now }: Work, duration: RolloutDurationStatus, completionStatus: string): RolloutDurationStatus {
  return { ...withoutPause(duration, now), finishedAt: timeOf(now), completionStatus };
}

/** Whether somebody has to do something for the update to go on. */
function isWaitingForSomebody({ rollout }: Work, { pauseConditions = [] }: RolloutStatus): boolean {
  const { spec } = rollout;
  if (spec.paused === true) return true;
  return pauseConditions.some(({ reason }) => {
    if (reason === 'CanaryPauseStep') {
      const { pause } = currentStep(rollout).step ?? {};
      return pause !== undefined && pause.duration === undefined;
    }
    return reason === 'BlueGreenPause' ? spec.strategy?.blueGreen?.autoPromotionEnabled === false : true;
  });
}

function withPause(
  { now }: Work,
  duration: RolloutDurationStatus,
  wasPaused: boolean,
  isPaused: boolean,
): RolloutDurationStatus {
  if (wasPaused && !isPaused) return withoutPause(duration, now);
  if (wasPaused || !isPaused || duration.manualPauseStartedAt !== undefined) return duration;
  return { ...duration, manualPauseStartedAt: timeOf(now) };
}

/** A pause is counted when it ends, in whole seconds. */
function withoutPause(
  { manualPauseStartedAt: since, ...duration }: RolloutDurationStatus,
  now: Date,
): RolloutDurationStatus {
  if (since === undefined) return duration;
  const seconds = Math.trunc((now.getTime() - pastMs(since, now)) / 1000);
  const { totalManualPauseDurationSeconds: total = 0 } = duration;
  return { ...duration, totalManualPauseDurationSeconds: total + seconds };
}
