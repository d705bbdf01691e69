import { isFinished } from '../analysis/phases.ts';
import { pastMs } from '../model/moment.ts';
import type { Rollout } from '../model/rollout.ts';
import type { RolloutStatus } from '../model/rollout-status.ts';
import { pauseSeconds } from './canary/pause-seconds.ts';
import { currentStep } from './current-step.ts';
import { progressDeadlineSeconds, replicasOf } from './defaults.ts';
import { isRefusedForGood } from './invalid-spec.ts';
import { rolloutPhase } from './phase.ts';
import { isRestartDone } from './restart-done.ts';
import { endpointsByMs } from './routing/await-endpoints.ts';
import { runsOf } from './runs-of.ts';
import { findPause } from './work.ts';

/** What is under way is looked at this often at least, unless something tells sooner; less often where nothing moves. */
const POLL_MS = 10_000;
const LONGEST_POLL_MS = 900_000;
/** A pause is over strictly after its end, as a deadline is. */
export const STRICTLY_AFTER_MS = 1;
/** Of the time since something was last seen to move. */
const POLL_SHARE = 0.1;

/**
 * When a Rollout wants its next step, told from the object alone: a lost message is found again by asking this.
 *
 * @param polledAt  when its pods were last looked at; without it, when its status last told of them
 * @returns a time that may be past; undefined: nothing is left to do until somebody changes something
 */
export function dueAt(rollout: Rollout, now: Date, polledAt?: Date): Date | undefined {
  const { metadata, status = {} } = rollout;
  if (metadata.deletionTimestamp !== undefined) return undefined;
  if (!isSeen(rollout) || isAsked(status)) return now;
  if (isAtRest(rollout, now)) return undefined;
  const newsMs = lastNewsMs(status, now) ?? now.getTime();
  const intervalMs = Math.min(Math.max((now.getTime() - newsMs) * POLL_SHARE, POLL_MS), LONGEST_POLL_MS);
  const pollMs = (polledAt?.getTime() ?? newsMs) + intervalMs;
  const backMs = endpointsByMs(rollout, now) ?? Infinity;
  const overMs = Math.min(pauseEndMs(rollout, now), deadlineMs(rollout, now), restartMs(rollout), backMs);
  return new Date(Math.min(pollMs, overMs + STRICTLY_AFTER_MS));
}

/** Whether the status belongs to what is wanted now. */
function isSeen(rollout: Rollout): boolean {
  const { observedGeneration, phase = '' } = rollout.status ?? {};
  if (phase === '' || observedGeneration === undefined) return false;
  return !rolloutPhase(rollout).message.startsWith('waiting for rollout');
}

/** Somebody wants it aborted, tried again, or promoted past everything, and nothing has come of that yet. */
function isAsked({ abort, abortedAt, promoteFull, phase, message = '' }: RolloutStatus): boolean {
  if (promoteFull === true || (abort === true && abortedAt === undefined)) return true;
  return abort !== true && phase === 'Degraded' && message.startsWith('RolloutAborted');
}

/** Nothing happens by time alone, and all pods are as they are to be. */
function isAtRest(rollout: Rollout, now: Date): boolean {
  const { phase, replicas = 0, updatedReplicas = 0, readyReplicas = 0, pauseConditions = [] } = rollout.status ?? {};
  if (isRefusedForGood(rollout)) return true;
  if (!isRestartDone(rollout)) return false;
  if (phase === 'Healthy') return replicas === updatedReplicas && endpointsByMs(rollout, now) === undefined;
  if (phase === 'Degraded') return isBack(rollout);
  if (phase !== 'Paused' || readyReplicas < replicas) return false;
  const { step } = currentStep(rollout);
  const isAtStep = pauseConditions.some(({ reason }) => reason === 'CanaryPauseStep');
  // Somebody has skipped the step that it paused at.
  if (isAtStep && step?.pause === undefined) return false;
  const isTimed = isAtStep && isFinite(step?.pause);
  const { autoPromotionSeconds = 0 } = rollout.spec.strategy?.blueGreen ?? {};
  return !isTimed && (autoPromotionSeconds === 0 || rollout.spec.paused === true);
}

/** Whether an aborted update has left nothing: the stable pods are all there, with no others, and its analyses have ended. */
function isBack(rollout: Rollout): boolean {
  const { abort, replicas = 0, updatedReplicas = 0, readyReplicas = 0 } = rollout.status ?? {};
  const areStable = updatedReplicas === 0 && replicas === readyReplicas && replicas === replicasOf(rollout);
  return abort === true && areStable && runsOf(rollout).every(({ status }) => isFinished(status));
}

function isFinite(pause: Parameters<typeof pauseSeconds>[0]): boolean {
  return pauseSeconds(pause) !== undefined;
}

function pauseEndMs(rollout: Rollout, now: Date): number {
  const { status = {} } = rollout;
  const atStep = findPause(status, 'CanaryPauseStep');
  const atSwitch = findPause(status, 'BlueGreenPause');
  const stepSeconds = pauseSeconds(currentStep(rollout).step?.pause);
  const { autoPromotionSeconds = 0 } = rollout.spec.strategy?.blueGreen ?? {};
  const ends = [
    atStep && stepSeconds !== undefined ? pastMs(atStep.startTime, now) + stepSeconds * 1000 : Infinity,
    atSwitch && autoPromotionSeconds > 0 ? pastMs(atSwitch.startTime, now) + autoPromotionSeconds * 1000 : Infinity,
  ];
  return Math.min(...ends);
}

function deadlineMs(rollout: Rollout, now: Date): number {
  const progressing = rollout.status?.conditions?.find(({ type }) => type === 'Progressing');
  const isOver = progressing?.status !== 'True' || rollout.status?.phase !== 'Progressing';
  if (isOver || progressing.lastUpdateTime === undefined) return Infinity;
  const endMs = pastMs(progressing.lastUpdateTime, now) + progressDeadlineSeconds(rollout) * 1000;
  // Past it, whether there was progress is told by the pods.
  return endMs > now.getTime() ? endMs : Infinity;
}

function restartMs(rollout: Rollout): number {
  const { restartAt } = rollout.spec;
  return restartAt === undefined || isRestartDone(rollout) ? Infinity : Date.parse(restartAt);
}

function lastNewsMs({ conditions = [], pauseConditions = [] }: RolloutStatus, now: Date): number | undefined {
  const times = [
    ...conditions.flatMap(({ lastUpdateTime }) => lastUpdateTime ?? []),
    ...pauseConditions.map(({ startTime }) => startTime),
  ];
  return times.length === 0 ? undefined : Math.max(...times.map((time) => pastMs(time, now)));
}
