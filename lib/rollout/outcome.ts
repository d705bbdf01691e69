import { mergePatch } from '../model/merge-patch.ts';
import type { Outcome } from '../model/outcome.ts';
import type { RolloutStatus } from '../model/rollout-status.ts';
import { dueAt, STRICTLY_AFTER_MS } from './due-at.ts';
import { reconcileRollout } from './reconcile.ts';
import type { SeenRollout } from './seen.ts';

const AGAIN_MS = 1_000;
/** One that cannot go on for what it refers to is looked at this often: nobody tells of a template that comes. */
const REFUSED_MS = 20_000;
const LONGEST_REFUSED_MS = 60_000;

/** Decides what becomes of a Rollout, and when to look again. Pure: the clock is an argument and nothing is written. */
export function rolloutOutcome(seen: SeenRollout, now: Date): Outcome<RolloutStatus> {
  const { rollout } = seen;
  const before = rollout.status ?? {};
  const { changes, isUndone, events, eventsOnceStored, wakesMs, failure, isRefused, status } = reconcileRollout(
    seen,
    now,
  );
  const after = status ?? before;
  const isChanged = mergePatch({ ...before }, { ...after }) !== undefined;
  const due = dueMs({ ...rollout, status: after }, now);
  const soonest = Math.min(...wakesMs.map((ms) => ms + STRICTLY_AFTER_MS), due);
  // What is due and changes nothing waits for something that nobody here knows of.
  const next = soonest > now.getTime() ? soonest : now.getTime() + AGAIN_MS;
  // Much of a decision rests on what was there: once that has changed, the next is due at once.
  const goesOnMs = isChanged || (changes.length > 0 && !isUndone) ? now.getTime() : next;
  // A failure that the status tells of is no reason to hurry; any other is.
  const nextMs = isRefused ? refusedUntilMs(due, now) : goesOnMs;
  return {
    status: after,
    nextAt: Number.isFinite(nextMs) ? new Date(nextMs) : undefined,
    events: [...events, ...eventsOnceStored],
    changes,
    ...(failure !== undefined && !isRefused && { failure }),
  };
}

function refusedUntilMs(due: number, now: Date): number {
  if (due === Infinity) return due;
  return Math.min(Math.max(due, now.getTime() + REFUSED_MS), now.getTime() + LONGEST_REFUSED_MS);
}

function dueMs(rollout: SeenRollout['rollout'], now: Date): number {
  return dueAt(rollout, now, now)?.getTime() ?? Infinity;
}
