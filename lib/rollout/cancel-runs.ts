import { isFinished } from '../analysis/phases.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { targetOf } from '../workload/target.ts';
import type { Work } from './work.ts';

/**
 * Ends runs before their time. One that is gone needs no end.
 * @throws StepFailure if one cannot be written
 * @source cancelAnalysisRuns in rollout/analysis.go of argoproj/argo-rollouts
 */
export function cancelRuns({ writes }: Work, runs: readonly (AnalysisRun | undefined)[]): void {
  for (const run of runs) {
    if (run === undefined || run.spec.terminate === true || isFinished(run.status?.phase)) continue;
    const reply = writes.make({ verb: 'patch', target: targetOf(run), patch: { spec: { terminate: true } } });
    if (reply.went === 'failed' && !reply.message.endsWith(' not found')) throw new StepFailure(reply.message);
  }
}
