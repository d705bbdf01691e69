import type { AnalysisRun, Measurement } from '../model/analysis-run.ts';
import { FINISHED_LABEL } from '../model/labels.ts';
import { findNextAt, findTasks, prepare, type Prepared } from './due.ts';
import { isFinished } from './phases.ts';
import { isTerminating } from './results.ts';
import { SpecError } from './spec-error.ts';
import { pastMs } from '../model/moment.ts';
import { ttlExpiresAt } from './ttl.ts';

/** A measurement that does not say when to look again (a Job) is looked at this often, unless something tells sooner. */
export const POLL_MS = 10_000;

/** An interval is over strictly after its end. */
const STRICTLY_AFTER_MS = 1;

/**
 * When a run wants its next step, told from the object alone: a lost message is found again by asking this.
 *
 * @param polledAt  when measurements under way were last looked at; without it, when they began
 * @param known     the run as `prepare` gives it, where that has been done
 * @returns a time that may be past; undefined: nothing is left to do
 */
export function dueAt(run: AnalysisRun, now: Date, polledAt?: Date, known?: Prepared): Date | undefined {
  const { metadata, status } = run;
  if (metadata.deletionTimestamp !== undefined) return undefined;
  if (isFinished(status?.phase))
    return metadata.labels?.[FINISHED_LABEL] === 'true' ? undefined : (ttlExpiresAt(run) ?? now);
  if (status?.startedAt === undefined || isTerminating(run)) return now;

  const prepared = known ?? tryPrepare(run);
  if (!prepared) return now;
  const tasks = findTasks(run, prepared.metrics, now);
  const polls = tasks.flatMap(({ measurement }) => (isPoll(measurement) ? [measurement] : []));
  if (polls.length < tasks.length) return now;

  const pollsMs = polls.map(({ startedAt }) => (polledAt ?? beganAt(startedAt, now)).getTime() + POLL_MS);
  const nextAt = findNextAt(prepared.metrics, status, now);
  const times = [...pollsMs, ...(nextAt ? [nextAt.getTime() + STRICTLY_AFTER_MS] : [])];
  return times.length > 0 ? new Date(Math.min(...times)) : undefined;
}

function isPoll(measurement: Measurement | undefined): measurement is Measurement {
  return measurement !== undefined && measurement.resumeAt === undefined;
}

/** Undefined: the run cannot go on, which its next step will say. */
function tryPrepare(run: AnalysisRun): Prepared | undefined {
  try {
    return prepare(run);
  } catch (error) {
    if (error instanceof SpecError) return undefined;
    throw error;
  }
}

function beganAt(startedAt: string | undefined, now: Date): Date {
  return startedAt === undefined ? now : new Date(pastMs(startedAt, now));
}
