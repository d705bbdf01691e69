import type { Rollout } from '../model/rollout.ts';
import { needs } from './needs.ts';

/** Whether there may be AnalysisRuns, or Experiments, so that those of the namespace are to be listed. */
export interface Lists {
  readonly runs: boolean;
  readonly experiments: boolean;
}

/**
 * Says of what a list is wanted, where asking costs something. While a new specification is being taken up, the runs that
 * the status names are enough: what else there is of them is cleared up later.
 */
export function listsOf(rollout: Rollout, now: Date): Lists {
  const { runs, templates } = needs(rollout, now);
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  const isUnderWay = rollout.status?.canary?.currentExperiment !== undefined;
  const isTakenUp = rollout.status?.observedGeneration === String(rollout.metadata.generation ?? 0);
  return {
    runs: isTakenUp && (runs.length > 0 || templates.length > 0),
    experiments: isUnderWay || steps.some(({ experiment }) => experiment !== undefined),
  };
}
