import { pastMs } from '../model/moment.ts';
import type { TemplateSpec, TemplateStatus } from '../model/experiment.ts';
import {
  desiredReplicas,
  findTemplateStatus,
  isDurationOver,
  isTemplateFinished,
  progressDeadlineSeconds,
} from './lifecycle.ts';
import { createReplicaSet, type Maintained } from './replica-set.ts';
import { markForScaleDown, scaleReplicaSet } from './scale.ts';
import { replicasIn } from '../workload/replica-set.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
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
  const desired = desiredReplicas(work.experiment, template);
  const known = work.replicaSets.get(template.name);
  const { status, replicaSet } = known
    ? maintain(work, template, before, known, desired)
    : createReplicaSet(work, template, before, desired);

  const counters = countersOf(replicaSet);
  const hasMoved = COUNTERS.some((counter) => counters[counter] !== before[counter]);
  const counted = { ...status, ...counters, ...(hasMoved && { lastTransitionTime: timeOf(work.now) }) };
  const after = isTemplateFinished(counted.status) ? counted : assess(work, template, counted, desired);
  report(work, before, after);
  return after;
}

function newStatus(name: string): TemplateStatus {
  return { name, replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
}

function maintain(
  work: Work,
  template: TemplateSpec,
  before: TemplateStatus,
  known: ReplicaSet,
  desired: number,
): Maintained {
  const served = reconcileService(work, template, before, known, desired);
  const replicaSet = desired === 0 ? markForScaleDown(work, known) : known;
  if (replicasIn(replicaSet) === desired) return { status: served, replicaSet };
  const scaled = scaleReplicaSet(work, template, served, replicaSet, desired);
  return { status: { ...scaled, lastTransitionTime: timeOf(work.now) }, replicaSet };
}

function countersOf(replicaSet: ReplicaSet | undefined): Pick<TemplateStatus, (typeof COUNTERS)[number]> {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = replicaSet?.status ?? {};
  return { replicas, updatedReplicas: replicas, readyReplicas, availableReplicas };
}

/** A template that has all its pods is well, however late they came; one that has more of them is not. */
function assess(
  { experiment, isTerminating, now }: Work,
  template: TemplateSpec,
  before: TemplateStatus,
  desired: number,
): TemplateStatus {
  if (before.availableReplicas === desired) {
    const isOver = isTerminating || isDurationOver(experiment.spec, experiment.status, now);
    return { ...before, status: isOver ? 'Successful' : 'Running' };
  }
  const seconds = progressDeadlineSeconds(experiment.spec);
  const { lastTransitionTime: since } = before;
  if (since !== undefined && now.getTime() > pastMs(since, now) + seconds * 1000) {
    const message = `Template '${template.name}' exceeded its progressDeadlineSeconds (${seconds})`;
    return { ...before, status: 'Failed', message };
  }
  return { ...before, status: isTerminating ? 'Successful' : 'Progressing' };
}

function report(work: Work, before: TemplateStatus, { name, status = '', message = '' }: TemplateStatus): void {
  if ((before.status ?? '') === status) return;
  const tell = status === 'Failed' || status === 'Error' ? warn : note;
  const text = `Template '${name}' transitioned from ${before.status ?? ''} -> ${status}`;
  tell(work, `Template${status}`, message === '' ? text : `${text}: ${message}`);
}
