import { mergePatch } from '../model/merge-patch.ts';
import type { Outcome } from '../model/outcome.ts';
import type { RolloutStatus } from '../model/rollout-status.ts';
import { dueAt, STRICTLY_AFTER_MS } from './due-at.ts';
import { reconcileRollout } from './reconcile.ts';
import type { SeenRollout } from './seen.ts';

const AGAIN_MS = 1_000;
/** A Rollout that cannot go on is looked at again after this; whoever mends it is noticed sooner. */
const REFUSED_MS = 20_000;

/** Decides what becomes of a Rollout, and when to look again. Pure: the clock is an argument and nothing is written. */
export function rolloutOutcome(seen: SeenRollout, now: Date): Outcome<RolloutStatus> {
  const { rollout } = seen;
  const before = rollout.status ?? {};
  const { changes, events, eventsOnceStored, wakesMs, failure, status } = reconcileRollout(seen, now);
  const after = status ?? before;
  const isChanged = mergePatch({ ...before }, { ...after }) !== undefined;
  // A failure that the status tells of is no reason to hurry; any other is.
  const refused = failure !== undefined && status !== undefined;
  const soonest = Math.min(...wakesMs.map((ms) => ms + STRICTLY_AFTER_MS), dueMs({ ...rollout, status: after }, now));
  // What is due and changes nothing waits for something that nobody here knows of.
  const next = refused ? now.getTime() + REFUSED_MS : soonest > now.getTime() ? soonest : now.getTime() + AGAIN_MS;
  // Much of a decision rests on what was there: once that has changed, the next is due at once.
  const nextMs = !refused && (isChanged || changes.length > 0) ? now.getTime() : next;
  return {
    status: after,
    nextAt: Number.isFinite(nextMs) ? new Date(nextMs) : undefined,
    events: [...events, ...eventsOnceStored],
    changes,
    ...(failure !== undefined && !refused && { failure }),
  };
}

function dueMs(rollout: SeenRollout['rollout'], now: Date): number {
  return dueAt(rollout, now, now)?.getTime() ?? Infinity;
}
