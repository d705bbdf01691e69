import { isSaturated } from '../revision.ts';
import type { Service } from '../seen.ts';
import { selectedHash, switchService } from '../switch-service.ts';
import { hashOf } from '../versions.ts';
import { isHalted, statusOf, type Work } from '../work.ts';
import { isFastTracked, isPauseDone, isPrePromotionDone } from './pause.ts';
import { isReadyForPause } from './scale.ts';

/**
 * Promotes the new pods once they are all there and nothing stands against it; after an abort, the stable ones.
 *
 * @returns the Service as it is then
 * @throws StepFailure if it cannot be written
 * @source reconcileActiveService in rollout/service.go of argoproj/argo-rollouts
 */
export function switchActive(work: Work, active: Service): Service {
  const { rollout, versions } = work;
  if (isHalted(rollout) || !isReadyForPause(work) || !isSaturated(rollout, versions.latest)) return active;
  const { abort, stableRS = '' } = statusOf(rollout);
  if (abort === true) return switchService(work, active, stableRS);
  const isPromoted = isFastTracked(work, active) || (isPauseDone(work) && isPrePromotionDone(work, work.currentRuns));
  return switchService(work, active, isPromoted ? hashOf(versions.latest) : selectedHash(active));
}
