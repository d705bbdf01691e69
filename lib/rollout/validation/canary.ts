import { integerOf, type IntOrString } from '../../analysis/limits.ts';
import type { Rollout } from '../../model/rollout.ts';
import type { CanaryStrategy } from '../../model/rollout-strategy.ts';
import type { TrafficRouting } from '../../model/traffic-routing.ts';
import { saidMaxSurge, saidMaxUnavailable } from '../replicas/limits.ts';
import { invalid, invalidJson } from './field-error.ts';
import { isRoutedByAny } from './routed-by-any.ts';
import { stepProblems } from './steps.ts';

const SERVICES_NEEDED = 'Canary service and Stable service must to be set to use Traffic Routing';
const SAME_SERVICES =
  'This rollout uses the same service for the stable and canary services, but two different services are required.';
const PAIR_NEEDED = 'Ping service and Pong service must to be set to use Ping-Pong feature';
const SAME_PAIR =
  'This rollout uses the same service for the ping and pong services, but two different services are required.';

/**
 * What is wrong with a canary strategy.
 * @source ValidateRolloutStrategyCanary in pkg/apis/rollouts/validation/validation.go of argoproj/argo-rollouts
 */
export function canaryProblems(rollout: Rollout, canary: CanaryStrategy, path: string): string[] {
  const { steps = [] } = canary;
  return [
    ...surgeProblems(rollout, path),
    ...serviceProblems(canary, path),
    ...scaleProblems(canary, path),
    ...steps.flatMap((_step, index) => stepProblems(rollout, canary, index, path)),
  ];
}

function surgeProblems(rollout: Rollout, path: string): string[] {
  const surge = saidMaxSurge(rollout);
  if (numberIn(surge) !== 0n || numberIn(saidMaxUnavailable(rollout)) !== 0n) return [];
  return [invalid(`${path}.maxSurge`, surge, 'MaxSurge and MaxUnavailable both can not be zero')];
}

/** Of a percentage the number; of any other text what Go makes of it, which may be 0. */
function numberIn(limit: IntOrString): bigint {
  return integerOf(typeof limit === 'string' && /^\d+%$/.test(limit) ? limit.slice(0, -1) : limit);
}

function serviceProblems(canary: CanaryStrategy, path: string): string[] {
  const { canaryService = '', stableService = '' } = canary;
  const problems: string[] = [];
  if (canaryService !== '' && canaryService === stableService) {
    problems.push(invalid(`${path}.stableService`, stableService, SAME_SERVICES));
  }
  if (canary.pingPong !== undefined) problems.push(...pairProblems(canary.pingPong, canary.trafficRouting, path));
  if (!areServicesNeeded(canary)) return problems;
  if (stableService === '') problems.push(invalid(`${path}.stableService`, stableService, SERVICES_NEEDED));
  if (canaryService === '') problems.push(invalid(`${path}.canaryService`, canaryService, SERVICES_NEEDED));
  return problems;
}

/** API servers refuse a pair that lacks one; files may come without. */
function pairProblems(
  { pingService = '', pongService = '' }: Partial<NonNullable<CanaryStrategy['pingPong']>>,
  routing: TrafficRouting | undefined,
  path: string,
): string[] {
  const problems: string[] = [];
  if (routing !== undefined && !isRoutedByAny(routing, ['alb', 'istio', 'plugins'])) {
    const why = 'Ping-pong feature works with the ALB, Istio, and plugin-based traffic routers only';
    problems.push(invalidJson(`${path}.trafficRouting.alb`, 'null', why));
  }
  if (pingService === '') problems.push(invalid(`${path}.pingPong.pingService`, pingService, PAIR_NEEDED));
  if (pongService === '') problems.push(invalid(`${path}.pingPong.pongService`, pongService, PAIR_NEEDED));
  if (pingService === pongService) problems.push(invalid(`${path}.pingPong.pingService`, pingService, SAME_PAIR));
  if (routing?.alb !== undefined && (routing.alb.rootService ?? '') === '') {
    const why = 'Root service field is required for the configuration with ALB and ping-pong feature enabled';
    problems.push(invalid(`${path}.trafficRouting.alb.rootService`, '', why));
  }
  return problems;
}

/** Istio does without them where it has subsets; ALB and Istio where two services take turns; plugins always may. */
function areServicesNeeded({ trafficRouting, pingPong }: CanaryStrategy): boolean {
  if (trafficRouting === undefined) return false;
  const { alb, istio } = trafficRouting;
  if (pingPong === undefined && (alb !== undefined || (istio !== undefined && istio.destinationRule === undefined))) {
    return true;
  }
  return isRoutedByAny(trafficRouting, ['smi', 'apisix', 'ambassador', 'nginx', 'appMesh', 'traefik']);
}

function scaleProblems(canary: CanaryStrategy, path: string): string[] {
  const { trafficRouting, scaleDownDelaySeconds: delay, dynamicStableScale = false } = canary;
  const problems: string[] = [];
  const refuseDynamic = (why: string) => problems.push(invalid(`${path}.dynamicStableScale`, true, why));
  if (trafficRouting === undefined) {
    if (delay !== undefined) {
      const why = 'Canary scaleDownDelaySeconds can only be used with traffic routing';
      problems.push(invalid(`${path}.scaleDownDelaySeconds`, delay, why));
    }
    if (dynamicStableScale) refuseDynamic('Canary dynamicStableScale can only be used with traffic routing');
    return problems;
  }
  if (delay !== undefined && dynamicStableScale) {
    refuseDynamic('Canary dynamicStableScale cannot be used with scaleDownDelaySeconds');
  }
  const { maxTrafficWeight } = trafficRouting;
  if (maxTrafficWeight !== undefined && !isRoutedByAny(trafficRouting, ['nginx', 'plugins'])) {
    const why = 'Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins';
    problems.push(invalid(`${path}.trafficRouting.maxTrafficWeight`, maxTrafficWeight, why));
  }
  return problems;
}
