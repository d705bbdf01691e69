import { controllerOf } from '../model/controller-of.ts';
import { mergePatch } from '../model/merge-patch.ts';
import { replicasIn, type ReplicaSet } from '../workload/replica-set.ts';
import { type PodMetadata, podMetadataOf, withPart, withPodMetadata } from './pod-metadata.ts';
import { updateReplicaSet } from './scale.ts';
import { isSelected } from './validation/selector.ts';
import { hashOf } from './versions.ts';
import { StepFailure, within } from '../workload/step-failure.ts';
import { targetOf } from '../workload/target.ts';
import { statusOf, type Work } from './work.ts';

/** How often a pod is written that others write too. */
const ATTEMPTS = 3;

/**
 * Gives pods the labels and annotations of the part that they play now, and those to come.
 *
 * @throws StepFailure if a ReplicaSet or a pod cannot be written
 * @source reconcileEphemeralMetadata in rollout/ephemeralmetadata.go of argoproj/argo-rollouts
 */
export function reconcilePodMetadata(work: Work): void {
  const { canary, blueGreen } = work.rollout.spec.strategy ?? {};
  const ofNew = canary ? canary.canaryMetadata : blueGreen?.previewMetadata;
  const ofStable = canary ? canary.stableMetadata : blueGreen?.activeMetadata;
  if (ofNew === undefined && ofStable === undefined) return;
  const { latest, stable, others } = work.versions;
  const { stableRS = '' } = statusOf(work.rollout);
  if (stableRS === '' || stableRS === hashOf(latest)) {
    givePart(work, latest, ofStable);
  } else {
    givePart(work, latest, ofNew);
    givePart(work, stable, ofStable);
  }
  for (const replicaSet of others) givePart(work, replicaSet, undefined);
}

/** First the ReplicaSet, so that pods that come meanwhile are right; then the pods, also those missed the last time. */
function givePart(work: Work, replicaSet: ReplicaSet | undefined, part: PodMetadata | undefined): void {
  if (replicaSet === undefined) return;
  const changed = withPodMetadata(replicaSet, part);
  if (changed !== replicaSet) {
    within('failed to sync ephemeral metadata', () => updateReplicaSet(work, replicaSet, changed));
  }
  if (replicasIn(replicaSet) === 0) return;
  const before = podMetadataOf(replicaSet);
  for (const pod of work.seen.pods) {
    const isIts = controllerOf(pod)?.uid === replicaSet.metadata.uid;
    if (!isIts || !isSelected(pod.metadata.labels ?? {}, replicaSet.spec?.selector)) continue;
    const metadata = withPart(pod.metadata, before, part);
    const patch = mergePatch({ metadata: pod.metadata }, { metadata });
    if (patch) writePod(work, targetOf(pod), patch);
  }
}

function writePod(
  { writes }: Work,
  target: ReturnType<typeof targetOf>,
  patch: Readonly<Record<string, unknown>>,
): void {
  for (let attempt = 1; ; attempt += 1) {
    const reply = writes.make({ verb: 'patch', target, patch });
    if (reply.went !== 'failed' || reply.message.endsWith(' not found')) return;
    if (attempt === ATTEMPTS) throw new StepFailure(reply.message);
  }
}
