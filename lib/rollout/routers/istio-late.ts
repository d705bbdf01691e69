import { POD_HASH_LABEL } from '../../model/labels.ts';
import type { Rollout } from '../../model/rollout.ts';
import { availableIn, type ReplicaSet, replicasIn } from '../../workload/replica-set.ts';
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
  const isGoingBack = rollout.status?.abort === true || isRollingBack(rollout, findByHash(replicaSets, stableHash));
  return replicaSets.find((replicaSet) => {
    const hash = hashOf(replicaSet);
    if (replicasIn(replicaSet) === 0 || hash === '' || (hash !== stableHash && hash !== canaryHash)) return false;
    if (isGoingBack && hash === canaryHash) return false;
    return availableIn(replicaSet) === 0 || availableIn(replicaSet) < replicasIn(replicaSet);
  });
}

/** Whether the stable pods are being scaled up again, after an update with a dynamic stable scale was given up. */
function isRollingBack({ spec, status = {} }: Rollout, stable: ReplicaSet | undefined): boolean {
  const isPromoted = (status.stableRS ?? '') === (status.currentPodHash ?? '');
  const { weights } = status.canary ?? {};
  if (!stable || !isPromoted || !spec.strategy?.canary?.dynamicStableScale || !weights) return false;
  return (weights.canary.podTemplateHash ?? '') !== hashOf(stable) && availableIn(stable) < (spec.replicas ?? 1);
}

function findByHash(replicaSets: readonly ReplicaSet[], hash: string): ReplicaSet | undefined {
  return replicaSets.find((replicaSet) => hashOf(replicaSet) === hash);
}

function hashOf({ metadata }: ReplicaSet): string {
  return metadata.labels?.[POD_HASH_LABEL] ?? '';
}
