import { msOf } from '../analysis/times.ts';
import type { TemplateSpec, TemplateStatus } from '../model/experiment.ts';
import {
  desiredReplicas,
  findTemplateStatus,
  isDurationOver,
  isTemplateFinished,
  progressDeadlineSeconds,
} from './lifecycle.ts';
import { createReplicaSet } from './replica-set.ts';
import { markForScaleDown, replicasIn, scaleReplicaSet } from './scale.ts';
import type { ReplicaSet } from './seen.ts';
import { reconcileService } from './service.ts';
import { note, timeOf, warn, type Work } from './work.ts';

const COUNTERS = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const;

/**
 * Sees to the ReplicaSet and the Service of one template. A ReplicaSet is created without pods, and gets them at the
 * next look.
 *
 * @returns how the template stands then
 * @source reconcileTemplate in experiments/experiment.go of argoproj/argo-rollouts
 */
export function reconcileTemplate(work: Work, template: TemplateSpec): TemplateStatus {
  const before = findTemplateStatus(work.experiment.status, template.name) ?? newStatus(template.name);
  const status = { ...before };
  const desired = desiredReplicas(work.experiment, template);
  const known = work.replicaSets.get(template.name);
  const replicaSet = known
    ? maintain(work, template, status, known, desired)
    : createReplicaSet(work, template, status, desired);

  Object.assign(status, countersOf(replicaSet));
  if (COUNTERS.some((counter) => status[counter] !== before[counter])) status.lastTransitionTime = timeOf(work.now);
  if (!isTemplateFinished(status.status)) assess(work, template, status, desired);
  report(work, before, status);
  return status;
}

function newStatus(name: string): TemplateStatus {
  return { name, replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
}

function maintain(
  work: Work,
  template: TemplateSpec,
  status: TemplateStatus,
  known: ReplicaSet,
  desired: number,
): ReplicaSet {
  reconcileService(work, template, status, known, desired);
  const replicaSet = desired === 0 ? markForScaleDown(work, known) : known;
  if (replicasIn(replicaSet) !== desired) {
    scaleReplicaSet(work, template, status, replicaSet, desired);
    status.lastTransitionTime = timeOf(work.now);
  }
  return replicaSet;
}

function countersOf(replicaSet: ReplicaSet | undefined): Pick<TemplateStatus, (typeof COUNTERS)[number]> {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = replicaSet?.status ?? {};
  return { replicas, updatedReplicas: replicas, readyReplicas, availableReplicas };
}

/** A template that has all its pods is well, however late they came; one that has more of them is not. */
function assess(
  { experiment, isTerminating, now }: Work,
  template: TemplateSpec,
  status: TemplateStatus,
  desired: number,
): void {
  if (status.availableReplicas === desired) {
    const isOver = isTerminating || isDurationOver(experiment.spec, experiment.status, now);
    status.status = isOver ? 'Successful' : 'Running';
    return;
  }
  const seconds = progressDeadlineSeconds(experiment.spec);
  const { lastTransitionTime: since } = status;
  if (since !== undefined && now.getTime() > msOf(since) + seconds * 1000) {
    status.status = 'Failed';
    status.message = `Template '${template.name}' exceeded its progressDeadlineSeconds (${seconds})`;
  } else {
    status.status = isTerminating ? 'Successful' : 'Progressing';
  }
}

function report(work: Work, before: TemplateStatus, { name, status = '', message = '' }: TemplateStatus): void {
  if ((before.status ?? '') === status) return;
  const tell = status === 'Failed' || status === 'Error' ? warn : note;
  const text = `Template '${name}' transitioned from ${before.status ?? ''} -> ${status}`;
  tell(work, `Template${status}`, message === '' ? text : `${text}: ${message}`);
}
