import type { Rollout } from '../model/rollout.ts';

/** Whether all pods are younger than `restartAt`, or nobody asked for that. */
export function isRestartDone({ spec, status }: Pick<Rollout, 'spec' | 'status'>): boolean {
  const { restartAt } = spec;
  const { restartedAt } = status ?? {};
  if (restartAt === undefined) return true;
  return restartedAt !== undefined && Date.parse(restartedAt) === Date.parse(restartAt);
}
