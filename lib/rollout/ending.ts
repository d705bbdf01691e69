import type { OutcomeEvent } from '../model/outcome.ts';
import type { RolloutStatus } from '../model/rollout-status.ts';
import { newCondition, type Said, withCondition } from './conditions.ts';
import { abortIfStuck, wakeWhenStuck } from './deadline.ts';
import { nextDuration } from './duration.ts';
import { integer32Of } from './integers.ts';
import { pauseFields } from './intent.ts';
import { calculatePhase } from './phase.ts';
import { WORKLOAD_GENERATION_ANNOTATION } from './resolve-workload.ts';
import { withConditions } from './status-conditions.ts';
import { isSameStatus } from './stored.ts';
import { statusOf, timeOf, type Work } from './work.ts';

/** How a reconcile ends. */
export interface Ending {
  /** What the status becomes; undefined: it stays. */
  readonly status?: RolloutStatus;
  /** Events that are told once the status is stored. */
  readonly eventsOnceStored?: readonly OutcomeEvent[];
  /** Why it is to be tried again. */
  readonly failure?: string;
  /** Nothing can be done, and the status tells why. */
  readonly isRefused?: true;
}

/**
 * Ends a reconcile with what the status has come to: pauses, conditions, phase and duration follow from the rest.
 * Where nothing changes, it is looked at again when there ought to have been progress.
 *
 * @source persistRolloutStatus in rollout/sync.go of argoproj/argo-rollouts
 */
export function endWith(work: Work, after: RolloutStatus): Ending {
  const { rollout, intent, now } = work;
  const observed = withObserved(work, after);
  abortIfStuck(work, observed);
  const { abort: _abort, abortedAt: _at, ...rest } = observed;
  const paused = { ...rest, ...pauseFields(intent, statusOf(rollout), timeOf(now)) };
  const status = withPhase(work, withConditions(work, paused));
  if (isSameStatus(statusOf(work.seen.rollout), status)) {
    wakeWhenStuck(work, status);
    return {};
  }
  return { status, eventsOnceStored: pauseEvents(statusOf(rollout), status) };
}

function withObserved({ rollout, isResolved }: Work, after: RolloutStatus): RolloutStatus {
  const observedGeneration = String(rollout.metadata.generation ?? 0);
  const { workloadObservedGeneration: seen, ...rest } = after;
  const next = { ...rest, observedGeneration };
  if (!isResolved) return next;
  const generation = integer32Of(rollout.metadata.annotations?.[WORKLOAD_GENERATION_ANNOTATION] ?? '') ?? 0;
  if (generation !== (integer32Of(seen ?? '') ?? 0)) return { ...next, workloadObservedGeneration: String(generation) };
  return seen === undefined ? next : { ...next, workloadObservedGeneration: seen };
}

function withPhase(work: Work, after: RolloutStatus): RolloutStatus {
  const phased = { ...after, ...calculatePhase(work.rollout.spec, after) };
  const { duration: _old, ...rest } = phased;
  const duration = nextDuration(work, phased);
  return { ...rest, ...(duration && { duration }) };
}

/**
 * Ends a reconcile with conditions, and what follows from them.
 * @source patchCondition in rollout/sync.go of argoproj/argo-rollouts
 */
export function endWithConditions(
  work: Work,
  after: RolloutStatus,
  conditions: readonly { readonly type: Parameters<typeof newCondition>[0]; readonly said: Said }[],
): Ending {
  const said = conditions.reduce((status, { type, said: says }) => {
    return withCondition(status, newCondition(type, says, work.now));
  }, after);
  const observedGeneration = String(work.rollout.metadata.generation ?? 0);
  const status = withPhase(work, { ...said, observedGeneration });
  return isSameStatus(statusOf(work.seen.rollout), status) ? {} : { status };
}

/** An abort ends a pause too, but is no resumption. */
function pauseEvents(before: RolloutStatus, after: RolloutStatus): readonly OutcomeEvent[] {
  const [pause] = after.pauseConditions ?? [];
  const wasPaused = (before.pauseConditions ?? []).length > 0;
  if (wasPaused === (pause !== undefined)) return [];
  if (pause) return [{ type: 'Normal', reason: 'RolloutPaused', message: `Rollout is paused (${pause.reason})` }];
  if (after.abortedAt !== undefined) return [];
  return [{ type: 'Normal', reason: 'RolloutResumed', message: 'Rollout is resumed' }];
}
