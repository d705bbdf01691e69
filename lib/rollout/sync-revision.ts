import { mergePatch } from '../model/merge-patch.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import { isAntiAffinityOutdated, withAntiAffinity } from './anti-affinity.ts';
import { findCondition, newCondition, withCondition } from './conditions.ts';
import { REVISION_ANNOTATION } from './revision.ts';
import { withRolloutAnnotations } from './revision.ts';
import { maxRevision } from './revision.ts';
import { updateReplicaSet } from './scale.ts';
import { StepFailure, within } from '../workload/step-failure.ts';
import { seenTargetOf } from './targets.ts';
import { note, statusOf, type Work } from './work.ts';

/**
 * Keeps the latest ReplicaSet and the Rollout in step: its revision, annotations, minReadySeconds and affinity; or, once
 * these are right, the revision that the Rollout shows.
 *
 * @throws StepFailure if something cannot be written
 * @source syncReplicaSetRevision in rollout/sync.go of argoproj/argo-rollouts
 */
export function syncRevision(work: Work): void {
  const { latest, older } = work.versions;
  if (latest === undefined) return;
  const annotated = withRolloutAnnotations(work.rollout, latest, String(maxRevision(older) + 1), true);
  const minReadySeconds = work.rollout.spec.minReadySeconds ?? 0;
  const template = latest.spec?.template ?? {};
  const isSame =
    annotated === latest &&
    (latest.spec?.minReadySeconds ?? 0) === minReadySeconds &&
    !isAntiAffinityOutdated(work.rollout, template);
  if (!isSame) {
    const { minReadySeconds: _old, ...spec } = annotated.spec ?? {};
    const wanted: ReplicaSet = {
      ...annotated,
      spec: {
        ...spec,
        ...(minReadySeconds !== 0 && { minReadySeconds }),
        template: withAntiAffinity(work.rollout, template),
      },
    };
    const what = `failed to update replicaset revision on ${latest.metadata.name}`;
    const updated = within(what, () => updateReplicaSet(work, latest, wanted));
    work.versions = { ...work.versions, latest: updated };
    return;
  }
  showRevision(work, latest.metadata.annotations?.[REVISION_ANNOTATION] ?? '');
  noteFound(work, latest);
}

/**
 * Shows a revision on the Rollout.
 * @throws StepFailure if that cannot be written
 */
export function showRevision(work: Work, revision: string): boolean {
  const { seen, rollout, writes } = work;
  const before = rollout.metadata.annotations?.[REVISION_ANNOTATION];
  if (before === revision) return false;
  const annotations = { ...rollout.metadata.annotations, [REVISION_ANNOTATION]: revision };
  const changed = mergePatch(seen.rollout.metadata.annotations ?? {}, annotations) ?? {};
  const patch = { metadata: { annotations: changed } };
  const reply = writes.make({ verb: 'patch', target: seenTargetOf(rollout), patch });
  if (reply.went === 'failed') throw new StepFailure(reply.message);
  work.rollout = { ...rollout, metadata: { ...rollout.metadata, annotations } };
  note(work, 'RolloutUpdated', `Rollout updated to revision ${revision}`);
  return true;
}

/** Progress is reckoned from the first time that a ReplicaSet was seen. */
function noteFound(work: Work, latest: ReplicaSet): void {
  const status = statusOf(work.rollout);
  if (findCondition(status, 'Progressing') !== undefined) return;
  const message = `Found new replica set "${latest.metadata.name}"`;
  const found = newCondition('Progressing', { status: 'True', reason: 'FoundNewReplicaSet', message }, work.now);
  work.rollout = { ...work.rollout, status: withCondition(status, found) };
}
