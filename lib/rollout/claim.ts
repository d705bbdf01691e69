import { controllerOf } from '../model/controller-of.ts';
import type { OwnerReference } from '../model/kubernetes.ts';
import type { Rollout } from '../model/rollout.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import type { Writes } from '../workload/writes.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { isSelected } from './validation/selector.ts';
import { isControlledBy } from './versions.ts';
import { ownerReference, seenTargetOf } from './targets.ts';

/** The ReplicaSets that a Rollout looks after, and what has to be written for that. */
export interface Claim {
  readonly claimed: readonly ReplicaSet[];
  /** Those whose owners change, as they are to be. */
  readonly changed: readonly ReplicaSet[];
}

/**
 * Tells the ReplicaSets of a Rollout from others: its own, and those that it selects and nobody looks after, as when it
 * was deleted without them and made anew. Its own that it does not select any more are let go.
 *
 * @source ClaimObject in pkg/controller/controller_ref_manager.go of kubernetes/kubernetes
 */
export function claimReplicaSets(rollout: Rollout, all: readonly ReplicaSet[]): Claim {
  const claimed: ReplicaSet[] = [];
  const changed: ReplicaSet[] = [];
  for (const replicaSet of all) {
    const { labels = {}, ownerReferences = [], deletionTimestamp } = replicaSet.metadata;
    const isWanted = isSelected(labels, rollout.spec.selector);
    if (isControlledBy(replicaSet, rollout)) {
      const others = ownerReferences.filter(({ uid }) => uid !== rollout.metadata.uid);
      if (isWanted) claimed.push(replicaSet);
      else changed.push(withOwners(replicaSet, others));
    } else if (isWanted && controllerOf(replicaSet) === undefined && deletionTimestamp === undefined) {
      const adopted = withOwners(replicaSet, [...ownerReferences, ownerReference(rollout)]);
      claimed.push(adopted);
      changed.push(adopted);
    }
  }
  return { claimed, changed };
}

function withOwners(replicaSet: ReplicaSet, ownerReferences: readonly OwnerReference[]): ReplicaSet {
  return { ...replicaSet, metadata: { ...replicaSet.metadata, ownerReferences } };
}

/**
 * Writes to whom ReplicaSets belong.
 * @throws StepFailure if one cannot be written
 */
export function writeClaims({ changed }: Claim, writes: Writes): void {
  for (const replicaSet of changed) {
    const { ownerReferences = [] } = replicaSet.metadata;
    const patch = { metadata: { ownerReferences } };
    const reply = writes.make({ verb: 'patch', target: seenTargetOf(replicaSet), patch });
    if (reply.went === 'failed' && !reply.message.endsWith(' not found')) throw new StepFailure(reply.message);
  }
}
