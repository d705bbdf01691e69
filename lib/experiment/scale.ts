import type { TemplateSpec, TemplateStatus } from '../model/experiment.ts';
import { readRfc3339 } from '../workload/rfc3339.ts';
import { replicasIn } from '../workload/replica-set.ts';
import { replicasOf, scaleDownDelaySeconds } from './lifecycle.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import { targetOf } from '../workload/target.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { note, type Work, warn } from './work.ts';
import { wholeSeconds } from '../model/whole-seconds.ts';

/** On a ReplicaSet: when its pods may go. */
const DEADLINE_ANNOTATION = 'scale-down-deadline';

/** A longer wait is left to the next look at the experiment, which comes at least this often. */
const RESYNC_MS = 900_000;
const CONFLICT_RETRY_MS = 1_000;

/**
 * Notes on a ReplicaSet whose pods are not needed any more when they may go; or takes the note away if they may go
 * at once. A note that is there is kept, whatever it says.
 *
 * @returns the ReplicaSet as it is then; without the note if that could not be written
 * @source addScaleDownDelay in experiments/replicaset.go of argoproj/argo-rollouts
 */
export function markForScaleDown(work: Work, replicaSet: ReplicaSet): ReplicaSet {
  const delaySeconds = scaleDownDelaySeconds(work.experiment.spec);
  const isMarked = deadlineOf(replicaSet) !== '';
  if (isMarked === (delaySeconds !== 0)) return replicaSet;

  const deadline = isMarked ? null : wholeSeconds(work.now.getTime() + delaySeconds * 1000);
  const patch = { metadata: { annotations: { [DEADLINE_ANNOTATION]: deadline } } };
  const reply = work.writes.make({ verb: 'patch', target: targetOf(replicaSet), patch });
  if (reply.went !== 'done') return replicaSet;
  return reply.object ?? withDeadline(replicaSet, deadline ?? '');
}

/**
 * Scales the ReplicaSet of a template, with an event. One without use keeps the pods of its template until its
 * deadline has come. After a conflict it is tried again soon.
 *
 * @param before  how the template stood
 * @returns how it stands then: a failure is said in it
 * @throws StepFailure if the ReplicaSet cannot be read again
 * @source scaleTemplateRS in experiments/experiment.go of argoproj/argo-rollouts, which crashes there
 */
export function scaleReplicaSet(
  work: Work,
  template: TemplateSpec,
  before: TemplateStatus,
  listed: ReplicaSet,
  desired: number,
): TemplateStatus {
  const replicaSet = desired === 0 ? listed : readAgain(work, template, listed);
  const wanted = desired === 0 && isWaiting(work, listed) ? replicasOf(template) : desired;
  const current = replicasIn(replicaSet);
  if (current === wanted) return before;

  const { name = '' } = replicaSet.metadata;
  const direction = current < wanted ? 'up' : 'down';
  const patch = { spec: { replicas: wanted } };
  const reply = work.writes.make({ verb: 'patch', target: targetOf(replicaSet), patch });
  if (reply.went === 'done') {
    note(work, 'ScalingReplicaSet', `Scaled ${direction} ReplicaSet ${name} from ${current} to ${wanted}`);
  } else if (reply.went === 'failed' && reply.isConflict === true) {
    work.wakesMs.push(work.now.getTime() + CONFLICT_RETRY_MS);
  } else if (reply.went === 'failed') {
    warn(work, 'ReplicaSetUpdateError', `Failed to scale ${name} ${direction}: ${reply.message}`);
    const message = `Unable to scale ReplicaSet for template '${template.name}' to desired replica count '${wanted}': ${reply.message}`;
    return { ...before, status: 'Error', message };
  }
  return before;
}

function readAgain({ seen, replicaSets }: Work, template: TemplateSpec, listed: ReplicaSet): ReplicaSet {
  const found = seen.fresh?.get(listed.metadata.name ?? '');
  if (found === undefined) return listed;
  if ('problem' in found) throw new StepFailure(found.problem);
  replicaSets.set(template.name, found.object);
  return found.object;
}

/** A deadline that cannot be read is none. */
function isWaiting(work: Work, replicaSet: ReplicaSet): boolean {
  const nowMs = work.now.getTime();
  const deadlineMs = readRfc3339(deadlineOf(replicaSet));
  if (deadlineMs === undefined || deadlineMs <= nowMs) return false;
  if (deadlineMs - nowMs < RESYNC_MS) work.wakesMs.push(deadlineMs);
  return true;
}

function deadlineOf({ metadata }: ReplicaSet): string {
  return metadata.annotations?.[DEADLINE_ANNOTATION] ?? '';
}

function withDeadline(replicaSet: ReplicaSet, deadline: string): ReplicaSet {
  const { metadata } = replicaSet;
  return {
    ...replicaSet,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [DEADLINE_ANNOTATION]: deadline } },
  };
}
