import { isObject } from '../model/is-object.ts';
import type { Kind } from '../model/kind.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { earlier } from '../model/moment.ts';

/** What has been due for so long was lost. */
const GRACE_MS = 30_000;

/**
 * Whether an object should have had a step some time ago, or has never had one: told from itself alone, which is how
 * everything that was lost is found again.
 */
export function isOverdue(object: KubernetesObject, now: Date, kind: Pick<Kind, 'dueAt'>): boolean {
  const then = earlier(now, GRACE_MS);
  const dueAt = kind.dueAt(object, then);
  return dueAt !== undefined && dueAt <= then;
}

/** Who has been forgotten for longer is forgotten. */
const LONGEST_OVERDUE_MS = 24 * 60 * 60_000;
const PRECISION_MS = 1000;

/** How long an object should have had a step by now, a second more or less, and a day at most; 0: it is not due. */
export function overdueMs(object: KubernetesObject, now: Date, kind: Pick<Kind, 'dueAt'>): number {
  const wasDue = (agoMs: number): boolean => {
    const then = earlier(now, agoMs);
    const dueAt = kind.dueAt(object, then);
    return dueAt !== undefined && dueAt <= then;
  };
  // What the status says had not been when that was still to come.
  const sinceMs = Math.max(Date.parse(object.metadata.creationTimestamp ?? now.toISOString()), lastTimeIn(object, now));
  let [dueMs, notDueMs] = [0, Math.min(Math.max(now.getTime() - sinceMs, 0), LONGEST_OVERDUE_MS)];
  if (!wasDue(0)) return 0;
  if (wasDue(notDueMs)) return notDueMs;
  // What is due stays due until its step, so that halves tell.
  while (notDueMs - dueMs > PRECISION_MS) {
    const middleMs = (dueMs + notDueMs) / 2;
    if (wasDue(middleMs)) dueMs = middleMs;
    else notDueMs = middleMs;
  }
  return dueMs;
}

/** The latest moment that the status of an object tells of, in milliseconds since 1970; -Infinity where it tells of none. */
export function lastTimeIn(object: KubernetesObject, now: Date): number {
  return 'status' in object ? latestOf(object.status, now.getTime()) : -Infinity;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** What is to come was not seen. */
function latestOf(value: unknown, nowMs: number): number {
  if (typeof value === 'string') {
    const ms = TIME.test(value) ? Date.parse(value) : Number.NaN;
    return ms <= nowMs ? ms : -Infinity;
  }
  const parts = Array.isArray(value) || isObject(value) ? Object.values(value) : [];
  return parts.reduce<number>((latest, part) => Math.max(latest, latestOf(part, nowMs)), -Infinity);
}
