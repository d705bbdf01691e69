import type { TrafficWeights } from '../../model/rollout-status.ts';
import { statusOf, type Work } from '../work.ts';

/** @returns the weights as they are then; undefined: traffic goes by the number of pods */
export function routeTraffic(work: Work): TrafficWeights | undefined {
  if (work.rollout.spec.strategy?.canary?.trafficRouting === undefined) return undefined;
  return statusOf(work.rollout).canary?.weights;
}
