import type { Rollout } from '../../model/rollout.ts';

export interface CanaryServices {
  readonly stable: string;
  readonly canary: string;
}

/**
 * The names of the Services of both versions; empty where there is none. Of a ping-pong pair, which is which is in the
 * status.
 *
 * @param prefersPingPong  where both pairs are named
 * @source GetStableAndCanaryServices in rollout/trafficrouting of argoproj/argo-rollouts
 */
export function canaryServices({ spec, status }: Rollout, prefersPingPong = false): CanaryServices {
  const { stableService = '', canaryService = '', pingPong } = spec.strategy?.canary ?? {};
  const isNamed = stableService !== '' || canaryService !== '';
  if (!pingPong || (isNamed && !prefersPingPong)) return { stable: stableService, canary: canaryService };
  const { pingService, pongService } = pingPong;
  const isPing = status?.canary?.stablePingPong === 'ping';
  return isPing ? { stable: pingService, canary: pongService } : { stable: pongService, canary: pingService };
}
