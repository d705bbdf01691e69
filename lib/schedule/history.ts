import { isOver, type ScheduledRun } from './run.ts';
import type { History } from './schedule.ts';

/**
 * The ended runs beyond the limits, the oldest first: Successful by themselves, all other ends together. The run of the
 * newest tick stays whatever the limits say, since it is what tells that the tick was had.
 *
 * @source cleanupFinishedJobs in pkg/controller/cronjob/cronjob_controllerv2.go of kubernetes/kubernetes
 */
export function findSurplus(runs: readonly ScheduledRun[], { successful, failed }: History): readonly ScheduledRun[] {
  const newest = runs.reduce<ScheduledRun | undefined>(
    (found, run) => (run.tick && (!found?.tick || run.tick > found.tick) ? run : found),
    undefined,
  );
  const ended = runs.filter((run) => isOver(run)).toSorted((a, b) => startMs(a) - startMs(b));
  return [
    ...beyond(
      ended.filter(({ phase }) => phase === 'Successful'),
      successful,
    ),
    ...beyond(
      ended.filter(({ phase }) => phase !== 'Successful'),
      failed,
    ),
  ].filter((run) => run !== newest && !run.isBeingDeleted);
}

function beyond(runs: readonly ScheduledRun[], limit: number): readonly ScheduledRun[] {
  return runs.slice(0, Math.max(0, runs.length - limit));
}

function startMs({ tick, createdMs }: ScheduledRun): number {
  return tick?.getTime() ?? createdMs;
}
