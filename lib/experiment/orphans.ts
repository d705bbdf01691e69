import { isFinished } from '../analysis/phases.ts';
import type { Experiment, ExperimentAnalysisRunStatus } from '../model/experiment.ts';
import { endRun } from './analysis.ts';
import type { Service } from './seen.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import { targetOf } from '../workload/target.ts';
import type { Work } from './work.ts';

/**
 * Removes what templates have left that are not in the specification any more. In Argo their pods run on, even when
 * the experiment has ended.
 */
export function removeOrphans({ writes }: Work, objects: readonly (ReplicaSet | Service)[]): void {
  for (const object of objects) {
    if (object.metadata.deletionTimestamp === undefined) writes.make({ verb: 'delete', target: targetOf(object) });
  }
}

/** Analyses that are not in the specification any more, and whose runs may be under way. */
export function abandonedAnalyses({ spec, status }: Experiment): readonly ExperimentAnalysisRunStatus[] {
  const names = new Set((spec.analyses ?? []).map(({ name }) => name));
  return (status?.analysisRuns ?? []).filter(
    ({ name, analysisRun, phase }) => !names.has(name) && analysisRun !== '' && !isFinished(phase),
  );
}

/** Stops their runs. @returns the analyses whose runs could not be stopped: to be tried again */
export function endAbandoned(work: Work): readonly ExperimentAnalysisRunStatus[] {
  return abandonedAnalyses(work.seen.object).filter(({ name, analysisRun }) => {
    const found = work.seen.runs.get(analysisRun);
    if (found === undefined || 'problem' in found || isFinished(found.object.status?.phase)) return false;
    return endRun(work, name, found.object) !== undefined;
  });
}
