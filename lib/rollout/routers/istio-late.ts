import { availableIn, type ReplicaSet, replicasIn } from '../../workload/replica-set.ts';
import { rollbackInTraffic } from '../routing/rollback-in-traffic.ts';
import { hashOf } from '../versions.ts';
import type { Routing } from './router.ts';

/**
 * A ReplicaSet with traffic that is not fully available: while there is one, subsets stay as they are. Services, where
 * there are any, see to that themselves.
 */
export function findLate(
  { rollout, replicaSets }: Routing,
  canaryHash: string,
  stableHash: string,
): ReplicaSet | undefined {
  const { canaryService = '', stableService = '' } = rollout.spec.strategy?.canary ?? {};
  if (canaryService !== '' || stableService !== '') return undefined;
  const stable = replicaSets.find((replicaSet) => hashOf(replicaSet) === stableHash);
  const isGoingBack = rollout.status?.abort === true || rollbackInTraffic(rollout, stable) !== undefined;
  return replicaSets.find((replicaSet) => {
    const hash = hashOf(replicaSet);
    if (replicasIn(replicaSet) === 0 || hash === '' || (hash !== stableHash && hash !== canaryHash)) return false;
    if (isGoingBack && hash === canaryHash) return false;
    return availableIn(replicaSet) === 0 || availableIn(replicaSet) < replicasIn(replicaSet);
  });
}
