import type { RolloutCondition, RolloutStatus } from '../model/rollout-status.ts';
import { availableInAll, type ReplicaSet, type ReplicaSetCondition } from '../workload/replica-set.ts';
import { findCondition, newCondition, type Said, withCondition, withoutCondition } from './conditions.ts';
import { replicasOf } from './defaults.ts';
import { isIndefiniteStep, isWaitingForScaleDown, timeoutMessage } from './deadline.ts';
import { isAborted } from './intent.ts';
import { hasProgressed, isCompleted, isHealthy, isTimedOut } from './progress.ts';
import { isSaturated } from './revision.ts';
import { revisionOf } from './revision.ts';
import { findByHash } from './versions.ts';
import { note, statusOf, warn, type Work } from './work.ts';

/**
 * The status with its conditions, and the events of those that change.
 *
 * @param after  what the status has come to, pauses and aborts included
 * @source calculateRolloutConditions in rollout/sync.go of argoproj/argo-rollouts
 */
export function withConditions(work: Work, after: RolloutStatus): RolloutStatus {
  const healthy = withHealthy(work, after);
  const becameUnhealthy = healthy !== after && findCondition(healthy, 'Healthy')?.status === 'False';
  const aborted = withAborted(work, healthy);
  const progressing = isAborted(work.intent, statusOf(work.rollout))
    ? aborted
    : withProgressing(work, aborted, becameUnhealthy);
  return withCompleted(work, withReplicaFailure(work, withAvailable(work, progressing)));
}

function say(work: Work, status: RolloutStatus, type: RolloutCondition['type'], said: Said): RolloutStatus {
  return withCondition(status, newCondition(type, said, work.now));
}

function withHealthy(work: Work, after: RolloutStatus): RolloutStatus {
  const { rollout } = work;
  const isPaused = (after.pauseConditions ?? []).length > 0 || rollout.spec.paused === true;
  const reason = 'RolloutHealthy';
  if (!isPaused && isHealthy(rollout, after)) {
    return say(work, after, 'Healthy', { status: 'True', reason, message: 'Rollout is healthy' });
  }
  if (findCondition(statusOf(rollout), 'Healthy') === undefined) return after;
  return say(work, after, 'Healthy', { status: 'False', reason, message: 'Rollout is not healthy' });
}

function withAborted(work: Work, after: RolloutStatus): RolloutStatus {
  const { rollout, intent } = work;
  if (!isAborted(intent, statusOf(rollout))) return after;
  const base = `Rollout aborted update to revision ${revisionOf(rollout)}`;
  const { aborts = '' } = intent;
  const message = aborts === '' ? base : `${base}: ${aborts}`;
  const aborted = say(work, after, 'Progressing', { status: 'False', reason: 'RolloutAborted', message });
  if (aborted !== after) warn(work, 'RolloutAborted', message);
  return aborted;
}

function withProgressing(work: Work, after: RolloutStatus, becameUnhealthy: boolean): RolloutStatus {
  const { rollout, now } = work;
  if (isHealthy(rollout, after)) {
    const message = `ReplicaSet "${nameOf(work.versions.latest)}" has successfully progressed.`;
    return say(work, after, 'Progressing', { status: 'True', reason: 'NewReplicaSetAvailable', message });
  }
  if (hasProgressed(rollout, after) || becameUnhealthy) return withProgress(work, after, becameUnhealthy);
  if (isIndefiniteStep(rollout) || isWaitingForScaleDown(work) || !isTimedOut(rollout, after, now)) return after;
  const message = timeoutMessage(work);
  return say(work, after, 'Progressing', { status: 'False', reason: 'ProgressDeadlineExceeded', message });
}

/** Progress is noted each time, though only the time of the update tells. */
function withProgress(work: Work, after: RolloutStatus, becameUnhealthy: boolean): RolloutStatus {
  const { rollout, versions, now } = work;
  const what = versions.latest ? `ReplicaSet "${nameOf(versions.latest)}"` : `Rollout "${rollout.metadata.name}"`;
  // Pods that were lost after the update are no progress of an update.
  const isLoss = becameUnhealthy && (after.stableRS ?? '') === (after.currentPodHash ?? '');
  const said: Said = isLoss
    ? { status: 'True', reason: 'ReplicaSetNotAvailable', message: 'Rollout does not have minimum availability' }
    : { status: 'True', reason: 'ReplicaSetUpdated', message: `${what} is progressing.` };
  const condition = newCondition('Progressing', said, now);
  const current = findCondition(statusOf(rollout), 'Progressing');
  if (current === undefined) return withCondition(after, condition);
  const since = current.status === 'True' ? current : condition;
  const { lastTransitionTime } = since;
  return withCondition(withoutCondition(after, 'Progressing'), { ...condition, lastTransitionTime });
}

function nameOf(replicaSet: ReplicaSet | undefined): string {
  return replicaSet?.metadata.name ?? '';
}

function withAvailable(work: Work, after: RolloutStatus): RolloutStatus {
  const { rollout, versions } = work;
  const { blueGreen, canary } = rollout.spec.strategy ?? {};
  const active = findByHash(versions.all, after.blueGreen?.activeSelector);
  const isAvailable =
    (blueGreen !== undefined && active !== undefined && isSaturated(rollout, active)) ||
    (canary !== undefined && availableInAll(versions.all) >= replicasOf(rollout));
  const message = isAvailable ? 'Rollout has minimum availability' : 'Rollout does not have minimum availability';
  return say(work, after, 'Available', { status: isAvailable ? 'True' : 'False', reason: 'AvailableReason', message });
}

/** Failures of the latest ReplicaSet are told before those of others. */
function withReplicaFailure({ versions }: Work, after: RolloutStatus): RolloutStatus {
  const { latest, all } = versions;
  const [failure] = [latest, ...all].flatMap((replicaSet) => failuresOf(replicaSet));
  if (failure === undefined) return withoutCondition(after, 'ReplicaFailure');
  const { status, lastTransitionTime = '', reason = '', message = '' } = failure;
  const times = { lastUpdateTime: lastTransitionTime, lastTransitionTime };
  return withCondition(after, { type: 'ReplicaFailure', status, ...times, reason, message });
}

function failuresOf(replicaSet: ReplicaSet | undefined): readonly ReplicaSetCondition[] {
  return replicaSet?.status?.conditions?.filter(({ type }) => type === 'ReplicaFailure') ?? [];
}

function withCompleted(work: Work, after: RolloutStatus): RolloutStatus {
  const isDone = isCompleted(after);
  const said: Said = { status: isDone ? 'True' : 'False', reason: 'RolloutCompleted', message: 'RolloutCompleted' };
  const completed = say(work, after, 'Completed', said);
  if (!isDone && completed !== after) {
    const revision = `revision ${revisionOf(work.rollout)} (${after.currentPodHash ?? ''})`;
    note(work, 'RolloutNotCompleted', `Rollout not completed, started update to ${revision}`);
  }
  return completed;
}
