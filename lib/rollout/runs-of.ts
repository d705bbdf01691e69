import type { Rollout } from '../model/rollout.ts';
import type { RolloutAnalysisRunStatus } from '../model/rollout-status.ts';

/** The AnalysisRuns that the status of a Rollout tells of. */
export function runsOf({ status }: Pick<Rollout, 'status'>): readonly RolloutAnalysisRunStatus[] {
  const { canary, blueGreen } = status ?? {};
  const told = [
    canary?.currentBackgroundAnalysisRunStatus,
    canary?.currentStepAnalysisRunStatus,
    blueGreen?.prePromotionAnalysisRunStatus,
    blueGreen?.postPromotionAnalysisRunStatus,
  ];
  return told.filter((run) => run !== undefined);
}
