import { replicasIn, surelyAvailableIn, type ReplicaSet } from '../workload/replica-set.ts';
import { readRfc3339 } from '../workload/rfc3339.ts';
import { isDelayedOnAbort } from './abort-delay.ts';
import { abortScaleDownDelay, replicasOf } from './defaults.ts';
import { followWorkload } from './follow-workload.ts';
import { addDeadline, DEADLINE_ANNOTATION } from './scale-down-deadline.ts';
import { isNoteOutdated, scaleReplicaSet } from './scale.ts';
import { replaceIn } from './versions.ts';
import { within } from '../workload/step-failure.ts';
import { RESYNC_MS, wakeAfter, type Work } from './work.ts';

/**
 * Gives the latest ReplicaSet its pods. After an abort it keeps those that it has for a while, if it is to.
 *
 * @param wanted  the pods that it is to have
 * @returns whether it was scaled
 * @throws StepFailure if it cannot be written
 * @source reconcileNewReplicaSet in rollout/replicaset.go of argoproj/argo-rollouts
 */
export function scaleLatest(work: Work, wanted: () => number): boolean {
  const { latest } = work.versions;
  if (latest === undefined) return false;
  const replicas = isDelayedOnAbort(work) ? replicasAfterAbort(work, latest, wanted()) : wanted();
  if (replicas === undefined) return false;
  const what = 'failed to scaleReplicaSetAndRecordEvent in reconcileNewReplicaSet';
  const current = work.versions.latest ?? latest;
  const { isScaled } = within(what, () => scaleReplicaSet(work, current, replicas));
  followWorkload(work, current, replicas);
  return isScaled;
}

/** Undefined: it is left as it is for now. */
function replicasAfterAbort(work: Work, latest: ReplicaSet, wanted: number): number | undefined {
  const { rollout, versions, now } = work;
  const text = latest.metadata.annotations?.[DEADLINE_ANNOTATION];
  if (text !== undefined) {
    const deadlineMs = readRfc3339(text);
    if (deadlineMs === undefined) return wanted;
    const leftMs = deadlineMs - now.getTime();
    if (leftMs <= 0) return 0;
    if (leftMs >= RESYNC_MS) return wanted;
    wakeAfter(work, leftMs);
    const what = 'failed to sync newRS desired-replicas annotation while waiting for abort scale-down deadline';
    within(what, () => updateNote(work, latest));
    return undefined;
  }
  const what = 'failed to sync newRS desired-replicas annotation before adding abort scale-down delay';
  within(what, () => updateNote(work, latest));
  // Its pods go without a further look, so the stable ones must be able to take all traffic.
  const { seconds } = abortScaleDownDelay(rollout);
  const { stable } = versions;
  if (stable && seconds !== undefined && surelyAvailableIn(stable) >= replicasOf(rollout))
    addDeadline(work, latest, seconds);
  return undefined;
}

/** Otherwise it would look as if the Rollout had been scaled, and nothing but that would be seen to. */
function updateNote(work: Work, latest: ReplicaSet): void {
  if (!isNoteOutdated(work, latest)) return;
  const what = 'failed to sync replicas annotations in syncNewRSReplicasAnnotation';
  const { replicaSet } = within(what, () => scaleReplicaSet(work, latest, replicasIn(latest)));
  work.versions = replaceIn(work.versions, replicaSet);
}
