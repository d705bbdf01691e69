import { pastMs } from '../model/moment.ts';
import type { Rollout } from '../model/rollout.ts';
import type { RolloutStatus } from '../model/rollout-status.ts';
import { findCondition } from './conditions.ts';
import { currentStep } from './current-step.ts';
import { progressDeadlineSeconds } from './defaults.ts';
import { isAborted } from './intent.ts';
import { hasProgressed, isCompleted, isHealthy, isTimedOut } from './progress.ts';
import { deadlineOf } from './scale-down-deadline.ts';
import { statusOf, wakeAfter, warn, type Work } from './work.ts';

/** Some milliseconds more, so as not to look a moment too early. */
const MARGIN_MS = 1000;

/** Whether the update may take as long as it wants: it pauses, or waits for an experiment or an analysis. */
export function isIndefiniteStep(rollout: Rollout): boolean {
  const { step } = currentStep(rollout);
  if (step?.experiment !== undefined || step?.analysis !== undefined || step?.pause !== undefined) return true;
  return findCondition(statusOf(rollout), 'Paused')?.status === 'True';
}

/** Whether old pods wait for their time to go. */
export function isWaitingForScaleDown({ versions }: Work): boolean {
  const names = new Set([versions.latest, versions.stable].map((replicaSet) => replicaSet?.metadata.name));
  return versions.all.some((replicaSet) => !names.has(replicaSet.metadata.name) && deadlineOf(replicaSet) !== '');
}

/** What is said of an update that got stuck. */
export function timeoutMessage({ rollout, versions }: Work): string {
  const { latest } = versions;
  const what = latest ? `ReplicaSet "${latest.metadata.name}"` : `Rollout "${rollout.metadata.name}"`;
  return `${what} has timed out progressing.`;
}

/**
 * Aborts an update without progress, where that is wanted.
 * @source evaluateProgressDeadlineAbort in rollout/sync.go of argoproj/argo-rollouts
 */
export function abortIfStuck(work: Work, after: RolloutStatus): void {
  const { rollout, intent, now } = work;
  const before = statusOf(rollout);
  if (rollout.spec.progressDeadlineAbort !== true || isAborted(intent, before)) return;
  if (isCompleted(after) || hasProgressed(rollout, after)) return;
  if (isIndefiniteStep(rollout) || isWaitingForScaleDown(work) || !isTimedOut(rollout, before, now)) return;
  intent.aborts = timeoutMessage(work);
  warn(work, 'RolloutAborted', intent.aborts);
}

/**
 * Looks again when there ought to have been progress.
 * @source requeueStuckRollout in rollout/sync.go of argoproj/argo-rollouts
 */
export function wakeWhenStuck(work: Work, after: RolloutStatus): void {
  const { rollout, now } = work;
  const before = statusOf(rollout);
  const condition = findCondition(before, 'Progressing');
  const isPaused = (before.pauseConditions ?? []).length > 0 || rollout.spec.paused === true;
  if (condition === undefined || condition.reason === 'ProgressDeadlineExceeded' || isPaused) return;
  if (isHealthy(rollout, after) || before.abort === true || isIndefiniteStep(rollout)) return;
  const dueMs = pastMs(condition.lastUpdateTime, now) + progressDeadlineSeconds(rollout) * 1000 - now.getTime();
  wakeAfter(work, dueMs < MARGIN_MS ? 0 : dueMs + MARGIN_MS);
}
