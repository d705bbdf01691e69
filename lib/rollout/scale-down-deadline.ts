import type { ReplicaSet } from '../workload/replica-set.ts';
import { wholeSeconds } from '../model/whole-seconds.ts';
import { readRfc3339 } from '../workload/rfc3339.ts';
import { isDelayedOnAbort } from './abort-delay.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { seenTargetOf } from './targets.ts';
import type { Work } from './work.ts';
import { replaceIn } from './versions.ts';

/** On a ReplicaSet: when its pods may go. */
export const DEADLINE_ANNOTATION = 'scale-down-deadline';

/** When the pods of a ReplicaSet may go; empty: nothing is said of that. */
export function deadlineOf({ metadata }: ReplicaSet): string {
  return metadata.annotations?.[DEADLINE_ANNOTATION] ?? '';
}

/** Milliseconds until the pods of a ReplicaSet may go; undefined: they need not wait, or that cannot be read. */
export function remainingMs(replicaSet: ReplicaSet, now: Date): number | undefined {
  const text = deadlineOf(replicaSet);
  const ms = text === '' ? undefined : readRfc3339(text);
  return ms !== undefined && ms > now.getTime() ? ms - now.getTime() : undefined;
}

/**
 * The latest and the stable ReplicaSet have nothing to wait for, as after a way back to pods that were about to go.
 * @throws StepFailure if the note cannot be taken away
 * @source removeScaleDownDeadlines in rollout/replicaset.go of argoproj/argo-rollouts
 */
export function removeDeadlines(work: Work): void {
  const { latest, stable } = work.versions;
  const first = latest !== undefined && !isDelayedOnAbort(work) ? latest : undefined;
  if (first) removeDeadline(work, first);
  if (stable && stable.metadata.name !== first?.metadata.name) removeDeadline(work, stable);
}

/** @throws StepFailure if the note cannot be taken away */
function removeDeadline(work: Work, replicaSet: ReplicaSet): void {
  if (deadlineOf(replicaSet) === '') return;
  const patch = { metadata: { annotations: { [DEADLINE_ANNOTATION]: null } } };
  const reply = work.writes.make({ verb: 'patch', target: seenTargetOf(replicaSet), patch });
  const { metadata } = replicaSet;
  if (reply.went === 'failed') {
    throw new StepFailure(`error removing scale-down-deadline annotation from RS '${metadata.name}': ${reply.message}`);
  }
  const { [DEADLINE_ANNOTATION]: _gone, ...annotations } = metadata.annotations ?? {};
  work.versions = replaceIn(work.versions, { ...replicaSet, metadata: { ...metadata, annotations } });
}

/**
 * Notes on a ReplicaSet when its pods may go; or takes the note away if they may go at once. Who decides later in the
 * same reconcile does not see a new note yet.
 *
 * @throws StepFailure if the note cannot be written
 * @source addScaleDownDelay in rollout/replicaset.go of argoproj/argo-rollouts
 */
export function addDeadline(work: Work, replicaSet: ReplicaSet, delaySeconds: number): void {
  if (delaySeconds === 0) {
    removeDeadline(work, replicaSet);
    return;
  }
  const deadline = wholeSeconds(work.now.getTime() + delaySeconds * 1000);
  const patch = { metadata: { annotations: { [DEADLINE_ANNOTATION]: deadline } } };
  const reply = work.writes.make({ verb: 'patch', target: seenTargetOf(replicaSet), patch });
  if (reply.went === 'failed') {
    const { name } = replicaSet.metadata;
    throw new StepFailure(`error adding scale-down-deadline annotation to RS '${name}': ${reply.message}`);
  }
}
