import type { RolloutCondition, RolloutConditionType, RolloutStatus } from '../model/rollout-status.ts';

/** What a condition says. */
export type Said = Pick<RolloutCondition, 'status' | 'reason' | 'message'>;

/** The condition of a type. */
export function findCondition(
  status: RolloutStatus | undefined,
  type: RolloutConditionType,
): RolloutCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** A condition that holds from now on. */
export function newCondition(type: RolloutConditionType, said: Said, now: Date): RolloutCondition {
  const { status, reason, message } = said;
  const time = now.toISOString();
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

/**
 * The status with a condition. One of the same status and reason stays as it is, whatever it says beyond that; a new
 * one goes to the end, with the time of the last change of status.
 *
 * @returns the same object if nothing changes
 * @source SetRolloutCondition in utils/conditions/conditions.go of argoproj/argo-rollouts
 */
export function withCondition(status: RolloutStatus, condition: RolloutCondition): RolloutStatus {
  const before = findCondition(status, condition.type);
  if (before?.status === condition.status && before.reason === condition.reason) return status;
  const others = (status.conditions ?? []).filter(({ type }) => type !== condition.type);
  const { lastTransitionTime } = before?.status === condition.status ? before : condition;
  return { ...status, conditions: [...others, { ...condition, lastTransitionTime }] };
}

/** The status without a condition. @returns the same object if there is none */
export function withoutCondition(status: RolloutStatus, type: RolloutConditionType): RolloutStatus {
  if (findCondition(status, type) === undefined) return status;
  const { conditions = [], ...rest } = status;
  const others = conditions.filter((condition) => condition.type !== type);
  return others.length === 0 ? rest : { ...rest, conditions: others };
}
