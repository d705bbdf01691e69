import type { Rollout } from '../model/rollout.ts';

/**
 * What is wrong with the specification of a Rollout, in order; Argo tells the first only.
 * @source ValidateRollout in pkg/apis/rollouts/validation/validation.go of argoproj/argo-rollouts
 */
export function validateRollout(_rollout: Rollout): readonly string[] {
  return [];
}
