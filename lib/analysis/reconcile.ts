import type { AnalysisRun, AnalysisRunStatus, Metric } from '../model/analysis-run.ts';
import { cut } from '../model/cut.ts';
import { LIMITS } from '../model/limits.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Reply } from '../model/reply.ts';
import { advanceRun } from './advance.ts';
import { dueAt } from './due-at.ts';
import { type Due, findHurried, soonestAfter } from './due.ts';
import { hasText } from './limits.ts';
import { judgeTaken, type Taken } from './record.ts';
import { isTerminating } from './results.ts';
import type { Collected } from './retention.ts';

/**
 * All a decision may look at. It is gathered in this order, each step with what the ones before it gave:
 *
 * 1. `secretsNeeded(object)`: the secrets to read;
 * 2. `findDue(object, secrets, now)`: the measurements to take; their providers answer with readings;
 * 3. `findCollections(object, due, taken)`: what providers are to remove.
 */
export interface SeenRun {
  readonly object: AnalysisRun;
  readonly due: Due;
  readonly taken: readonly Taken[];
  readonly collected: readonly Collected[];
  /** Bounds the time that a condition takes; without it only its steps do. */
  readonly clock?: () => Date;
}

/**
 * Decides what an AnalysisRun becomes: judges what was read, counts it, assesses metrics and run, and says when to look
 * again. Pure: the clock is an argument and nothing is written.
 */
export function reconcileAnalysisRun(
  { object, due, taken, collected, clock }: SeenRun,
  now: Date,
  replies: readonly Reply[] = [],
): Outcome<AnalysisRunStatus> {
  const outcome = advanceRun({ object, due, measured: judgeTaken(taken, object, clock), collected }, now);
  const failed = replies.find((reply) => reply.went === 'failed');
  if (failed) return { ...outcome, failure: failed.message };
  const nextAt = findNextLook(object, due, outcome, now);
  const hasMeasured = due.is === 'measuring' && taken.length > 0;
  const hurried = hasMeasured ? findHurried(due.prepared.metrics, outcome.status) : undefined;
  const soonest = soonestAfter(now);
  if (!hurried || !nextAt || nextAt >= soonest) return { ...outcome, nextAt };
  return { ...outcome, nextAt: soonest, status: tellOfFloor(object, outcome.status, hurried) };
}

/** Says once why a run measures less often than it asks for: it stays until the run has something else to say. */
function tellOfFloor({ spec }: AnalysisRun, status: AnalysisRunStatus, { name, interval }: Metric): AnalysisRunStatus {
  // What is to end is looked at again, not measured.
  if (hasText(status.message) || isTerminating({ spec, status })) return status;
  const floor = `${LIMITS.shortestIntervalMs / 1000}s`;
  const message = `Metric "${name}" asks for an interval of ${interval} and is measured every ${floor} at most`;
  return { ...status, message: cut(message, LIMITS.messageCharacters) };
}

/**
 * What a fresh look at the stored status would say: a metric that failed just now ends the others at once, and a
 * measurement under way that nobody reports is looked at again.
 */
function findNextLook(
  object: AnalysisRun,
  due: Due,
  { status, nextAt, finished, changes }: Outcome<AnalysisRunStatus>,
  now: Date,
): Date | undefined {
  if (finished || changes.length > 0) return undefined;
  const prepared = due.is === 'measuring' ? due.prepared : undefined;
  return withFraction(dueAt({ ...object, status }, now, now, prepared), nextAt, now);
}

/**
 * Stored times are cut to whole seconds. Going by them, all that ended within one second would be due at its end, in one
 * burst; the fraction, which is known just now, keeps them apart.
 */
function withFraction(stored: Date | undefined, exact: Date | undefined, now: Date): Date | undefined {
  if (!stored || !exact || stored <= now) return stored;
  const cutOffMs = exact.getTime() - stored.getTime();
  return cutOffMs > 0 && cutOffMs < 1000 ? new Date(exact.getTime() + 1) : stored;
}
