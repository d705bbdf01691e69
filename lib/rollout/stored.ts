import { inSeconds } from '../analysis/times.ts';
import { isAbsent, isEmpty } from '../model/empty.ts';
import { mergePatch } from '../model/merge-patch.ts';
import type { RolloutStatus } from '../model/rollout-status.ts';

/** Fields that say something also where they are zero. */
const POINTERS = new Set([
  'currentStepIndex',
  'collisionCount',
  'weight',
  'verified',
  'status',
  'totalManualPauseDurationSeconds',
]);
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d+Z$/;

/** A status as it is kept: times in whole seconds, without what says nothing. */
export function toStored(status: RolloutStatus): RolloutStatus {
  return kept(status) as RolloutStatus;
}

function kept(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(kept);
  if (typeof value === 'string') return TIME.test(value) ? inSeconds(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const fields: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    const field = kept(each);
    if (!isEmpty(field) || (!isAbsent(field) && POINTERS.has(name))) fields[name] = field;
  }
  return fields;
}

/** Whether two statuses are kept alike. */
export function isSameStatus(before: RolloutStatus, after: RolloutStatus): boolean {
  return mergePatch({ ...toStored(before) }, { ...toStored(after) }) === undefined;
}
