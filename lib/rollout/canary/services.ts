import { isAborted } from '../intent.ts';
import { isFullyPromoted } from '../phase.ts';
import { pointService } from '../switch-service.ts';
import { rollbackInTraffic } from '../routing/rollback-in-traffic.ts';
import { statusOf, type Work } from '../work.ts';

/**
 * Makes the Services of a canary select the right pods.
 *
 * @throws StepFailure if one is not there, or cannot be written
 * @source reconcileStableAndCanaryService in rollout/service.go of argoproj/argo-rollouts
 */
export function switchCanaryServices(work: Work): void {
  const { rollout, versions, intent } = work;
  const { canaryService, stableService, pingPong, trafficRouting } = rollout.spec.strategy?.canary ?? {};
  const { latest, stable } = versions;
  if (pingPong !== undefined && !isFullyPromoted(rollout)) {
    const isStablePing = statusOf(rollout).canary?.stablePingPong === 'ping';
    pointService(work, isStablePing ? pingPong.pongService : pingPong.pingService, latest, false);
  }
  pointService(work, stableService, stable, true);
  if (isAborted(intent, statusOf(rollout)) && trafficRouting === undefined) {
    pointService(work, canaryService, stable, true);
    return;
  }
  // The stable pods may be too few for all traffic yet.
  if (rollbackInTraffic(rollout, latest) !== undefined) return;
  pointService(work, canaryService, latest, true);
}
