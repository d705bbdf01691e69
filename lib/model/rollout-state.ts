import type { ShownState } from './kind-facts.ts';
import type { Rollout } from './rollout.ts';
import type { RolloutStatus } from './rollout-status.ts';

/** The words of `rollout_phase`; `rollout_info` has `InvalidSpec` beside them. */
export const SHOWN_ROLLOUT_PHASES = ['Completed', 'Progressing', 'Paused', 'Timeout', 'Error', 'Abort'] as const;

/** By the reason of the condition `Progressing`. */
const PHASES: Readonly<Record<string, (typeof SHOWN_ROLLOUT_PHASES)[number]>> = {
  NewReplicaSetAvailable: 'Completed',
  RolloutPaused: 'Paused',
  ReplicaSetCreateError: 'Error',
  ProgressDeadlineExceeded: 'Timeout',
  RolloutAborted: 'Abort',
};

/** What metrics call a router, of several the last. */
const ROUTERS = [
  ['alb', 'ALB'],
  ['ambassador', 'Ambassador'],
  ['istio', 'Istio'],
  ['nginx', 'Nginx'],
  ['smi', 'SMI'],
  ['appMesh', 'AppMesh'],
] as const;

/** How metrics say that a Rollout stands. @source calculatePhase and getStrategyAndTrafficRouter in controller/metrics/rollouts.go of argoproj/argo-rollouts */
export function rolloutState({ spec, status }: Rollout): ShownState {
  const { blueGreen, canary } = spec.strategy ?? {};
  const routing = blueGreen ? undefined : canary?.trafficRouting;
  const router = ROUTERS.findLast(([field]) => routing?.[field] !== undefined)?.[1] ?? '';
  return {
    phase: shownPhase(status?.conditions),
    labels: { strategy: blueGreen ? 'blueGreen' : canary ? 'canary' : 'none' },
    infoLabels: { traffic_router: router },
  };
}

function shownPhase(conditions: RolloutStatus['conditions'] = []): string {
  if (conditions.some(({ type }) => type === 'InvalidSpec')) return 'InvalidSpec';
  const { reason = '' } = conditions.find(({ type }) => type === 'Progressing') ?? {};
  return PHASES[reason] ?? 'Progressing';
}
