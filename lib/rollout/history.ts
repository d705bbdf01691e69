import type { Experiment } from '../model/experiment.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import { POD_HASH_LABEL } from '../model/labels.ts';
import { replicasIn, type ReplicaSet } from '../workload/replica-set.ts';
import { revisionHistoryLimit } from './defaults.ts';
import { compareAge } from './versions.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { targetOf } from '../workload/target.ts';
import type { Work } from './work.ts';

/**
 * Deletes the oldest ReplicaSets without pods beyond the limit, with the runs and experiments of their versions.
 *
 * @throws StepFailure if one cannot be deleted
 * @source reconcileRevisionHistoryLimit in rollout/sync.go of argoproj/argo-rollouts
 */
export function limitHistory(work: Work): void {
  const alive = work.versions.others.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const excess = alive.length - revisionHistoryLimit(work.rollout);
  if (excess <= 0) return;
  for (const replicaSet of alive.toSorted(compareAge).slice(0, excess)) {
    if (isInUse(replicaSet)) continue;
    deleteObject(work, replicaSet);
    const hash = replicaSet.metadata.labels?.[POD_HASH_LABEL];
    if (hash === undefined) continue;
    deleteAll(work, ofVersion(work.otherRuns, hash));
    deleteAll(work, ofVersion(work.otherExperiments, hash));
  }
}

function isInUse(replicaSet: ReplicaSet): boolean {
  const { metadata, status = {} } = replicaSet;
  return (
    (status.replicas ?? 0) !== 0 ||
    replicasIn(replicaSet) !== 0 ||
    (metadata.generation ?? 0) > (status.observedGeneration ?? 0)
  );
}

function ofVersion<T extends AnalysisRun | Experiment>(objects: readonly T[], hash: string): readonly T[] {
  return objects.filter(({ metadata }) => metadata.labels?.[POD_HASH_LABEL] === hash);
}

/** Deletes those that are not being deleted already. @throws StepFailure if one cannot be deleted */
export function deleteAll(work: Work, objects: readonly (AnalysisRun | Experiment)[]): void {
  for (const object of objects) {
    if (object.metadata.deletionTimestamp === undefined) deleteObject(work, object);
  }
}

function deleteObject({ writes }: Work, object: ReplicaSet | AnalysisRun | Experiment): void {
  const reply = writes.make({ verb: 'delete', target: targetOf(object) });
  if (reply.went === 'failed') throw new StepFailure(reply.message);
}
