import { isAborted } from '../intent.ts';
import { isFullyPromoted } from '../phase.ts';
import { pointService } from '../switch-service.ts';
import { weightOfReturn } from '../routing/wanted-weight.ts';
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
  // It comes to point at the stable pods with the traffic: two writes that undo each other would go on without end.
  if (isAborted(intent, statusOf(rollout)) && isBackWithTraffic(work)) return;
  // The stable pods may be too few for all traffic yet.
  if (rollbackInTraffic(rollout, latest) !== undefined) return;
  pointService(work, canaryService, latest, true);
}

/** Whether the canary Service of an aborted update is pointed at the stable pods where its traffic is taken away. */
function isBackWithTraffic(work: Work): boolean {
  return work.rollout.spec.strategy?.canary?.dynamicStableScale !== true || weightOfReturn(work) === 0;
}
