import { mergePatch } from '../model/merge-patch.ts';
import { type ReplicaSet, replicasIn } from '../workload/replica-set.ts';
import { isDelayedOnAbort } from './abort-delay.ts';
import { replicasOf } from './defaults.ts';
import { DESIRED_REPLICAS_ANNOTATION } from './revision.ts';
import { revisionOf } from './revision.ts';
import { DEADLINE_ANNOTATION, deadlineOf } from './scale-down-deadline.ts';
import { StepFailure, within } from '../workload/step-failure.ts';
import { seenTargetOf } from './targets.ts';
import { note, type Work } from './work.ts';

/**
 * Writes what differs of a ReplicaSet, if anything does.
 * @throws StepFailure if it cannot be written
 */
export function updateReplicaSet({ writes }: Work, before: ReplicaSet, after: ReplicaSet): ReplicaSet {
  const patch = mergePatch({ ...before }, { ...after });
  if (patch === undefined) return after;
  const reply = writes.make({ verb: 'patch', target: seenTargetOf(before), patch });
  if (reply.went === 'failed') {
    const { name = '' } = before.metadata;
    throw new StepFailure(`error updating replicaset in updateReplicaSet ${name}: ${reply.message}`);
  }
  return after;
}

/** What a ReplicaSet has become, and whether its number of pods has changed. */
export interface Scaled {
  readonly replicaSet: ReplicaSet;
  readonly isScaled: boolean;
}

/**
 * Gives a ReplicaSet its number of pods, with an event, and notes how many the Rollout wants in all. Who decides later
 * in the same reconcile still goes by the old number.
 *
 * @throws StepFailure if it cannot be written
 * @source scaleReplicaSetAndRecordEvent in rollout/sync.go of argoproj/argo-rollouts
 */
export function scaleReplicaSet(work: Work, replicaSet: ReplicaSet, wanted: number): Scaled {
  const current = replicasIn(replicaSet);
  if (current === wanted && !isNoteOutdated(work, replicaSet)) return { replicaSet, isScaled: false };

  const after = within('failed to scaleReplicaSet in scaleReplicaSetAndRecordEvent', () =>
    within('failed to updateReplicaSet in scaleReplicaSet', () =>
      updateReplicaSet(work, replicaSet, scaledTo(work, replicaSet, wanted)),
    ),
  );
  if (current === wanted) return { replicaSet: after, isScaled: false };
  const direction = current < wanted ? 'up' : 'down';
  const { name = '' } = replicaSet.metadata;
  const version = `ReplicaSet ${name} (revision ${revisionOf(after)})`;
  note(work, 'ScalingReplicaSet', `Scaled ${direction} ${version} from ${current} to ${wanted}`);
  return { replicaSet: after, isScaled: true };
}

/**
 * Whether a ReplicaSet does not say how many pods the Rollout wants in all.
 * @source ReplicasAnnotationsNeedUpdate in utils/annotations/annotations.go of argoproj/argo-rollouts
 */
export function isNoteOutdated({ rollout }: Work, replicaSet: ReplicaSet): boolean {
  const wanted = replicasOf(rollout);
  if (replicaSet.metadata.annotations?.[DESIRED_REPLICAS_ANNOTATION] !== String(wanted)) return true;
  return wanted === 0 && deadlineOf(replicaSet) !== '';
}

/** Without pods there is nothing to wait for, but after an abort the deadline stays. */
function scaledTo(work: Work, { metadata, spec, ...rest }: ReplicaSet, wanted: number): ReplicaSet {
  const { [DEADLINE_ANNOTATION]: deadline, ...others } = metadata.annotations ?? {};
  const isKept = deadline !== undefined && (wanted !== 0 || isDelayedOnAbort(work));
  const annotations = {
    ...others,
    ...(isKept && { [DEADLINE_ANNOTATION]: deadline }),
    [DESIRED_REPLICAS_ANNOTATION]: String(replicasOf(work.rollout)),
  };
  return { ...rest, metadata: { ...metadata, annotations }, spec: { ...spec, replicas: wanted } };
}
