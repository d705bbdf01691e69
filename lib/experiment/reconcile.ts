import type { Experiment, ExperimentStatus } from '../model/experiment.ts';
import { mergePatch } from '../model/merge-patch.ts';
import type { Outcome } from '../model/outcome.ts';
import { advanceExperiment } from './advance.ts';
import { dueAt, STRICTLY_AFTER_MS } from './due-at.ts';
import type { SeenExperiment } from './seen.ts';

/** Decides what an Experiment becomes, and when to look again. Pure: the clock is an argument and nothing is written. */
export function reconcileExperiment(seen: SeenExperiment, now: Date): Outcome<ExperimentStatus> {
  const outcome = advanceExperiment(seen, now);
  return { ...outcome, nextAt: findNextLook(seen.object, outcome, now) };
}

/** Much of a decision rests on the status as it was: once that has changed, the next is due at once. */
function findNextLook(
  object: Experiment,
  { status, nextAt, finished }: Outcome<ExperimentStatus>,
  now: Date,
): Date | undefined {
  if (finished) return undefined;
  if (mergePatch({ ...object.status }, { ...status })) return now;
  const pollAt = dueAt({ ...object, status }, now, now);
  return pollAt && new Date(Math.min(pollAt.getTime(), nextAt ? nextAt.getTime() + STRICTLY_AFTER_MS : Infinity));
}
