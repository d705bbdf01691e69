import type { TrafficWeights } from '../../model/rollout-status.ts';
import { areCountsOld, availableIn } from '../../workload/replica-set.ts';
import { currentStep } from '../current-step.ts';
import { maxTrafficWeight, replicasOf } from '../defaults.ts';
import { isAborted } from '../intent.ts';
import { isFullyPromoted } from '../phase.ts';
import { isThresholdMet } from '../replicas/at-desired.ts';
import { revisionOf } from '../revision.ts';
import { routersOf } from '../routers/registry.ts';
import type { Router, Routing } from '../routers/router.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { pointService } from '../switch-service.ts';
import { hashOf } from '../versions.ts';
import { note, statusOf, wakeAfter, warn, type Work } from '../work.ts';
import { endpointsByMs } from './await-endpoints.ts';
import { openRouting } from './open-routing.ts';
import { rollbackInTraffic } from './rollback-in-traffic.ts';
import { type Wanted, weightOfReturn, weightOfUpdate } from './wanted-weight.ts';
import { areSameWeights, type Hashes, weightsMessage, weightsOf } from './weights-status.ts';

const VERIFY_AGAIN_MS = 10_000;

/**
 * Splits the traffic between the versions, router by router.
 *
 * @returns the weights as they are then; undefined: traffic goes by the number of pods
 * @throws StepFailure if a router cannot do what it is to
 * @source reconcileTrafficRouting in rollout/trafficrouting.go of argoproj/argo-rollouts
 */
export function routeTraffic(work: Work): TrafficWeights | undefined {
  const routers = routersOf(work.rollout);
  if (routers.length === 0) return undefined;
  const routing = openRouting(work);
  let { weights } = statusOf(work.rollout).canary ?? {};
  for (const router of routers) {
    const routed = routeBy(work, router, routing, weights);
    weights = routed.weights;
    if (routed.isOver) break;
  }
  return weights;
}

interface RoutedTraffic {
  readonly weights: TrafficWeights | undefined;
  /** Whether the rest has to wait. */
  readonly isOver?: boolean;
}

function routeBy(work: Work, router: Router, routing: Routing, current: TrafficWeights | undefined): RoutedTraffic {
  const { rollout, versions, now } = work;
  const heldMs = endpointsByMs(rollout, now) ?? 0;
  if (heldMs > now.getTime()) {
    work.wakesMs.push(heldMs);
    return { weights: current, isOver: true };
  }
  const { wanted, hashes } = decideWeight(work, router, routing);
  const most = maxTrafficWeight(rollout);
  if (!canStableTake(work, most - wanted.weight)) return { weights: current, isOver: true };
  setRoutes(work, router, routing);
  const before = statusOf(rollout).canary?.weights;
  const { latest } = versions;
  // Before the canary is pointed at pods that are not there yet, its traffic has to go.
  const isEmpty = latest === undefined || availableIn(latest) === 0;
  if (isEmpty && before && before.canary.weight > 0) {
    const { canary, stable } = before;
    // And before it comes to the stable pods, it has to lead to those of now: Argo takes the weights first.
    if ((stable.podTemplateHash ?? '') !== hashes.stable) {
      router.updateHash(routing, canary.podTemplateHash ?? '', hashes.stable, wanted.additional);
    }
    setWeight(work, router, routing, wanted);
  }
  router.updateHash(routing, hashes.canary, hashes.stable, wanted.additional);
  setWeight(work, router, routing, wanted);

  const after = weightsOf(rollout, hashes, wanted);
  const isSame = areSameWeights(before, after);
  if (!isSame) note(work, 'TrafficWeightUpdated', weightsMessage(before, after));
  return verify(work, router, routing, { wanted, weights: isSame ? (current ?? after) : after });
}

function decideWeight(work: Work, router: Router, routing: Routing): { wanted: Wanted; hashes: Hashes } {
  const { rollout, versions, intent } = work;
  const { latest, stable } = versions;
  const hashes = { canary: hashOf(latest), stable: hashOf(stable) };
  const canaryHash = rollbackInTraffic(rollout, latest);
  if (canaryHash !== undefined) {
    return { wanted: { weight: weightOfReturn(work), additional: [] }, hashes: { ...hashes, canary: canaryHash } };
  }
  if (isFullyPromoted(rollout)) {
    router.removeManagedRoutes(routing);
    return { wanted: { weight: 0, additional: [] }, hashes };
  }
  if (isAborted(intent, statusOf(rollout))) {
    const weight = weightOfReturn(work);
    const { canaryService, dynamicStableScale } = rollout.spec.strategy?.canary ?? {};
    if (dynamicStableScale !== true || weight === 0) pointService(work, canaryService, stable, false);
    router.removeManagedRoutes(routing);
    return { wanted: { weight, additional: [] }, hashes };
  }
  const wanted = weightOfUpdate(work);
  const isEmpty = latest === undefined || availableIn(latest) === 0;
  if (isEmpty || statusOf(rollout).promoteFull === true) router.removeManagedRoutes(routing);
  return { wanted, hashes };
}

/** Whether there are enough stable pods for their share of the traffic. */
function canStableTake({ rollout, versions }: Work, weight: number): boolean {
  const { stable } = versions;
  if (stable === undefined) return false;
  const wanted = Math.trunc((weight * replicasOf(rollout)) / maxTrafficWeight(rollout));
  if (wanted > 0 && areCountsOld(stable)) return false;
  const { replicaProgressThreshold } = rollout.spec.strategy?.canary ?? {};
  return availableIn(stable) >= wanted || isThresholdMet(replicaProgressThreshold, stable, wanted);
}

/** The very first pods are no canary, though the first step is shown then. */
function setRoutes({ rollout, intent }: Work, router: Router, routing: Routing): void {
  const { step } = currentStep(rollout);
  if (step === undefined || revisionOf(rollout) <= 1 || isAborted(intent, statusOf(rollout))) return;
  if (step.setHeaderRoute) router.setHeaderRoute(routing, step.setHeaderRoute);
  if (step.setMirrorRoute) router.setMirrorRoute(routing, step.setMirrorRoute);
}

function setWeight(work: Work, router: Router, routing: Routing, { weight, additional }: Wanted): void {
  try {
    router.setWeight(routing, weight, additional);
  } catch (error) {
    if (error instanceof StepFailure) warn(work, 'TrafficRoutingError', error.message);
    throw error;
  }
}

/** The end of an update waits until the weights are seen to have taken effect. */
function verify(
  work: Work,
  router: Router,
  routing: Routing,
  { wanted, weights }: { readonly wanted: Wanted; readonly weights: TrafficWeights },
): RoutedTraffic {
  const { verified: _verified, ...rest } = weights;
  let isVerified: boolean | undefined;
  try {
    isVerified = router.verifyWeight(routing, wanted.weight, wanted.additional);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    warn(work, 'WeightVerifyError', `Failed to verify weight: ${error.message}`);
    wakeAfter(work, VERIFY_AGAIN_MS);
    return { weights: { ...rest, verified: false }, isOver: true };
  }
  if (isVerified === undefined) return { weights: rest };
  if (isVerified) return { weights: { ...rest, verified: true } };
  wakeAfter(work, VERIFY_AGAIN_MS);
  const { rollout } = work;
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  const isAtEnd = wanted.weight === maxTrafficWeight(rollout);
  if (isAtEnd && steps.length >= (statusOf(rollout).currentStepIndex ?? 0)) {
    throw new StepFailure(`end of rollout, desired weight ${wanted.weight} not yet verified`);
  }
  return { weights: { ...rest, verified: false } };
}
