import { quote } from '../expression/go/strconv.ts';
import type { Experiment, ExperimentCondition, ExperimentStatus } from '../model/experiment.ts';
import { isDurationOver } from './lifecycle.ts';
import { timeOf } from './work.ts';

/**
 * The conditions of an experiment that has a valid specification.
 *
 * @param experiment  as it was stored
 * @param status      what it has come to
 * @source calculateExperimentConditions in experiments/conditions.go of argoproj/argo-rollouts
 */
export function withConditions(experiment: Experiment, status: ExperimentStatus, now: Date): ExperimentStatus {
  const valid = without(status, 'InvalidSpec');
  const name = quote(experiment.metadata.name ?? '');
  if (status.phase === 'Successful') {
    const message = `Experiment ${name} has successfully ran and completed.`;
    return withCondition(valid, progressing('False', 'ExperimentCompleted', message, now));
  }
  if (hasProgressed(experiment.status, status)) {
    const condition = progressing('True', 'ReplicaSetUpdated', `Experiment ${name} is progressing.`, now);
    // Progress is noted each time, though only the time of the update tells.
    return append(valid, condition, findCondition(experiment.status, 'Progressing'));
  }
  const isRunning = experiment.status?.availableAt !== undefined;
  if (isRunning && !isDurationOver(experiment.spec, experiment.status, now)) {
    const message = `Experiment ${name} is running.`;
    return withCondition(valid, progressing('True', 'NewReplicaSetAvailable', message, now));
  }
  return valid;
}

/** With the condition that says what is wrong with a specification; unchanged while it says the same. */
export function withInvalidSpec(status: ExperimentStatus, message: string, now: Date): ExperimentStatus {
  const before = findCondition(status, 'InvalidSpec');
  if (before?.message === message) return status;
  return withCondition(
    without(status, 'InvalidSpec'),
    newCondition('InvalidSpec', { status: 'True', reason: 'InvalidSpec', message }, now),
  );
}

function findCondition(
  status: ExperimentStatus | undefined,
  type: ExperimentCondition['type'],
): ExperimentCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

function progressing(
  status: ExperimentCondition['status'],
  reason: string,
  message: string,
  now: Date,
): ExperimentCondition {
  return newCondition('Progressing', { status, reason, message }, now);
}

function newCondition(
  type: ExperimentCondition['type'],
  fields: Pick<ExperimentCondition, 'status' | 'reason' | 'message'>,
  now: Date,
): ExperimentCondition {
  return { type, ...fields, lastUpdateTime: timeOf(now), lastTransitionTime: timeOf(now) };
}

/** One of the same status and reason stays as it is; a new one goes to the end. */
function withCondition(status: ExperimentStatus, condition: ExperimentCondition): ExperimentStatus {
  const before = findCondition(status, condition.type);
  if (before?.status === condition.status && before.reason === condition.reason) return status;
  return append(status, condition, before);
}

/** The time of the transition is that of the last change of status. */
function append(
  status: ExperimentStatus,
  condition: ExperimentCondition,
  before: ExperimentCondition | undefined,
): ExperimentStatus {
  const others = (status.conditions ?? []).filter(({ type }) => type !== condition.type);
  const { lastTransitionTime } = before?.status === condition.status ? before : condition;
  return { ...status, conditions: [...others, { ...condition, lastTransitionTime }] };
}

function without(status: ExperimentStatus, type: ExperimentCondition['type']): ExperimentStatus {
  if (findCondition(status, type) === undefined) return status;
  const { conditions = [], ...rest } = status;
  const others = conditions.filter((condition) => condition.type !== type);
  return others.length === 0 ? rest : { ...rest, conditions: others };
}

/** Whether pods came or went, or a template was looked at for the first time. */
function hasProgressed(
  before: ExperimentStatus | undefined,
  { templateStatuses: after = [] }: ExperimentStatus,
): boolean {
  const known = new Map(before?.templateStatuses?.map((template) => [template.name, template]));
  if (known.size < new Set(after.map(({ name }) => name)).size) return true;
  return after.some((template) => {
    const old = known.get(template.name);
    if (old === undefined) return false;
    const counters = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const;
    return counters.some((counter) => old[counter] !== template[counter]);
  });
}
