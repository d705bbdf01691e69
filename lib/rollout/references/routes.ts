import type { Rollout } from '../../model/rollout.ts';
import type { SeenRollout } from '../seen.ts';

export function findMissingRoute(_rollout: Rollout, _seen: SeenRollout): string | undefined {
  return undefined;
}

export function checkRoutes(_rollout: Rollout, _seen: SeenRollout): string | undefined {
  return undefined;
}
