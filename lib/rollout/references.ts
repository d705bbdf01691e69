import type { SeenRollout } from './seen.ts';
import type { Rollout } from '../model/rollout.ts';

/**
 * What is wrong with the objects that a Rollout refers to; undefined: nothing.
 * @source getRolloutReferencedResources in rollout/controller.go of argoproj/argo-rollouts
 */
export function checkReferences(_rollout: Rollout, _seen: SeenRollout): string | undefined {
  return undefined;
}
