import { replicasIn, type ReplicaSet } from '../workload/replica-set.ts';
import { REVISION_ANNOTATION } from './revision.ts';
import { scaleDownDelaySeconds, scaleDownRevisionLimit } from './defaults.ts';
import { integerOfText } from './integers.ts';
import { addDeadline, deadlineOf, remainingMs } from './scale-down-deadline.ts';
import { createdMs } from './versions.ts';
import { RESYNC_MS, wakeAfter, type Work } from './work.ts';

/** How many ReplicaSets wait for their time to go. */
export interface Waiting {
  count: number;
}

/**
 * Lets an old ReplicaSet wait before its pods go, unless too many others do.
 *
 * @param kept  the pods that it has while it waits
 * @returns the pods that it is to have
 * @throws StepFailure if it cannot be written when its pods may go
 * @source scaleDownDelayHelper in rollout/replicaset.go of argoproj/argo-rollouts
 */
export function delayScaleDown(work: Work, replicaSet: ReplicaSet, waiting: Waiting, kept: number): number {
  const limit = scaleDownRevisionLimit(work.rollout) ?? Infinity;
  const current = replicasIn(replicaSet);
  if (deadlineOf(replicaSet) === '') {
    if (current === 0 || waiting.count >= limit) return 0;
    waiting.count += 1;
    const seconds = scaleDownDelaySeconds(work.rollout);
    addDeadline(work, replicaSet, seconds);
    wakeAfter(work, seconds * 1000);
    return current;
  }
  waiting.count += 1;
  const leftMs = remainingMs(replicaSet, work.now);
  if (waiting.count > limit || leftMs === undefined) return 0;
  if (leftMs < RESYNC_MS) wakeAfter(work, leftMs);
  return kept;
}

/** The newest revision first; what has none last. */
export function byRevision(replicaSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return replicaSets.toSorted((left, right) => revision(right) - revision(left) || createdMs(right) - createdMs(left));
}

function revision({ metadata }: ReplicaSet): number {
  return integerOfText(metadata.annotations?.[REVISION_ANNOTATION] ?? '') ?? Number.MIN_SAFE_INTEGER;
}
