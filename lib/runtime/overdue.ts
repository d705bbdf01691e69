import type { Kind } from '../model/kind.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { earlier } from '../model/moment.ts';

/** What has been due for so long was lost. */
const GRACE_MS = 30_000;

/**
 * Whether an object should have had a step some time ago, or has never had one: told from itself alone, which is how
 * everything that was lost is found again.
 */
export function isOverdue(object: KubernetesObject, now: Date, kind: Pick<Kind, 'dueAt'>): boolean {
  const then = earlier(now, GRACE_MS);
  const dueAt = kind.dueAt(object, then);
  return dueAt !== undefined && dueAt <= then;
}
