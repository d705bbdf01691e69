import { integerOf, type IntOrString } from '../../analysis/limits.ts';
import type { Rollout } from '../../model/rollout.ts';
import { replicasOf } from '../defaults.ts';

/** A quarter of the pods; Argo takes any text for a percentage. */
const QUARTER = '25';

/** What a Rollout says, or the default. */
export function saidMaxSurge({ spec }: Pick<Rollout, 'spec'>): IntOrString {
  return spec.strategy?.canary?.maxSurge ?? QUARTER;
}

/** What a Rollout says, or the default. */
export function saidMaxUnavailable({ spec }: Pick<Rollout, 'spec'>): IntOrString {
  const { canary, blueGreen } = spec.strategy ?? {};
  return blueGreen?.maxUnavailable ?? canary?.maxUnavailable ?? QUARTER;
}

/**
 * How many pods may be there beyond those that are wanted.
 * @source MaxSurge in utils/replicaset/replicaset.go of argoproj/argo-rollouts
 */
export function maxSurge(rollout: Pick<Rollout, 'spec'>): number {
  return rollout.spec.strategy?.canary === undefined ? 0 : limitsOf(rollout).surge;
}

/**
 * How many of the pods that are wanted may be missing.
 * @source MaxUnavailable in utils/replicaset/replicaset.go of argoproj/argo-rollouts
 */
export function maxUnavailable(rollout: Pick<Rollout, 'spec'>): number {
  const replicas = replicasOf(rollout);
  if (replicas === 0) return 0;
  const unavailable =
    rollout.spec.strategy?.canary === undefined
      ? podsOf(saidMaxUnavailable(rollout), replicas, Math.floor)
      : limitsOf(rollout).unavailable;
  return Math.min(unavailable ?? 0, replicas);
}

/** Where one of them cannot be read both are 0; where both come to 0, a pod may be missing: else nothing would move. */
function limitsOf(rollout: Pick<Rollout, 'spec'>): { readonly surge: number; readonly unavailable: number } {
  const replicas = replicasOf(rollout);
  const surge = podsOf(saidMaxSurge(rollout), replicas, Math.ceil);
  const unavailable = podsOf(saidMaxUnavailable(rollout), replicas, Math.floor);
  if (surge === undefined || unavailable === undefined) return { surge: 0, unavailable: 0 };
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** @source GetValueFromIntOrPercent in pkg/util/intstr of k8s.io/apimachinery v0.34.5 */
function podsOf(limit: IntOrString, replicas: number, round: (pods: number) => number): number | undefined {
  if (typeof limit === 'number') return limit;
  const digits = limit.replaceAll('%', '');
  if (!/^[+-]?\d+$/.test(digits)) return undefined;
  return round((Number(integerOf(digits)) * replicas) / 100);
}
