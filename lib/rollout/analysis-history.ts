import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Experiment } from '../model/experiment.ts';
import type { ObjectMeta } from '../model/kubernetes.ts';
import { isAbsent } from '../model/empty.ts';
import { POD_HASH_LABEL } from '../model/labels.ts';
import { isFinished } from '../analysis/phases.ts';
import { msOf } from '../analysis/times.ts';

/** Finished runs to keep. */
export interface HistoryLimits {
  readonly successful: number;
  readonly unsuccessful: number;
}

/**
 * The runs (or experiments) of a Rollout that are to be deleted, newest first: those without a ReplicaSet that stays, and the oldest
 * finished ones beyond the limits.
 *
 * @param replicaSets  all of the Rollout
 * @source FilterAnalysisRunsToDelete in utils/analysis/filter.go of argoproj/argo-rollouts
 */
export function findRunsToDelete<Run extends AnalysisRun | Experiment>(
  runs: readonly Run[],
  replicaSets: readonly { readonly metadata: ObjectMeta }[],
  limits: HistoryLimits,
): readonly Run[] {
  const isLeaving = new Map<string, boolean>();
  for (const { metadata } of replicaSets) {
    const hash = metadata.labels?.[POD_HASH_LABEL];
    if (hash !== undefined) isLeaving.set(hash, !isAbsent(metadata.deletionTimestamp));
  }
  const room = { ...limits };
  return runs
    .toSorted((left, right) => createdMs(right) - createdMs(left))
    .filter(({ metadata, status }) => {
      const hash = metadata.labels?.[POD_HASH_LABEL];
      if (hash === undefined || isLeaving.get(hash) !== false) return true;
      if (!isFinished(status?.phase)) return false;
      const kind = status?.phase === 'Successful' ? 'successful' : 'unsuccessful';
      room[kind] -= 1;
      return room[kind] < 0;
    });
}

/** Not created yet counts as the beginning of time. */
function createdMs({ metadata }: AnalysisRun | Experiment): number {
  const ms = msOf(metadata.creationTimestamp ?? '');
  return Number.isNaN(ms) ? -Infinity : ms;
}
