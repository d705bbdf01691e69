import type { Rollout } from '../../model/rollout.ts';
import { availableIn, type ReplicaSet } from '../../workload/replica-set.ts';
import { replicasOf } from '../defaults.ts';
import { isFullyPromoted } from '../phase.ts';
import { hashOf } from '../versions.ts';

/**
 * Where the stable pods had been made fewer for an update that was given up for them: the version that still gets its
 * share of the traffic, until there are enough of the stable ones.
 *
 * @source IsDynamicallyRollingBackToStable in utils/rollout/rolloututil.go of argoproj/argo-rollouts
 */
export function rollbackInTraffic(rollout: Rollout, wanted: ReplicaSet | undefined): string | undefined {
  const { canary } = rollout.spec.strategy ?? {};
  if (!isFullyPromoted(rollout) || canary?.trafficRouting === undefined || canary.dynamicStableScale !== true) {
    return undefined;
  }
  const { weights } = rollout.status?.canary ?? {};
  if (weights === undefined || wanted === undefined) return undefined;
  const { podTemplateHash = '' } = weights.canary;
  if (podTemplateHash === hashOf(wanted) || availableIn(wanted) >= replicasOf(rollout)) return undefined;
  return podTemplateHash;
}
