import type { Experiment, ExperimentStatus } from '../model/experiment.ts';
import { FINISHED_LABEL } from '../model/labels.ts';
import { pastMs } from '../model/moment.ts';
import { findDueMs } from './conclude.ts';
import { findInvalidSpec } from './invalid-spec.ts';
import { withoutOrphans } from './stored.ts';

/** Pods and analyses are looked at this often, unless something tells sooner. */
export const POLL_MS = 10_000;

/** A duration, like a deadline, is over strictly after its end. */
export const STRICTLY_AFTER_MS = 1;

/**
 * When an experiment wants its next step, told from the object alone: a lost message is found again by asking this.
 *
 * @param polledAt  when its pods were last looked at; without it, when its status last told of them
 * @returns a time that may be past; undefined: nothing is left to do, or nothing can be done
 */
export function dueAt(experiment: Experiment, now: Date, polledAt?: Date): Date | undefined {
  const { metadata, status } = experiment;
  const isNew = (status?.phase ?? '') === '';
  // Whoever wants it tried again takes the status away, and leaves the label.
  const isDone = metadata.labels?.[FINISHED_LABEL] === 'true' && !isNew;
  if (metadata.deletionTimestamp !== undefined || isDone) return undefined;
  const problem = findInvalidSpec(experiment);
  if (problem !== undefined) return saysInvalid(status, problem) ? undefined : now;
  if (isNew) return now;

  const pollMs = (polledAt?.getTime() ?? lastNewsMs(status, now) ?? now.getTime()) + POLL_MS;
  const dueMs = findDueMs(withoutOrphans(experiment), now);
  return new Date(Math.min(pollMs, dueMs === undefined ? Infinity : dueMs + STRICTLY_AFTER_MS));
}

function saysInvalid(status: ExperimentStatus | undefined, problem: string): boolean {
  return status?.conditions?.some(({ type, message }) => type === 'InvalidSpec' && message === problem) === true;
}

function lastNewsMs(status: ExperimentStatus | undefined, now: Date): number | undefined {
  const times = [
    ...(status?.conditions ?? []).map(({ lastUpdateTime }) => lastUpdateTime),
    ...(status?.templateStatuses ?? []).flatMap(({ lastTransitionTime }) => lastTransitionTime ?? []),
  ];
  return times.length === 0 ? undefined : Math.max(...times.map((time) => pastMs(time, now)));
}
