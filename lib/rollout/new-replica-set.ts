import { controllerOf } from '../model/controller-of.ts';
import { POD_HASH_LABEL } from '../model/labels.ts';
import { isPodTemplateEqual } from '../workload/pod-template-equal.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import { withAntiAffinity } from './anti-affinity.ts';
import { newCondition, type Said, withCondition } from './conditions.ts';
import { type Ending, endWithConditions } from './ending.ts';
import { type PodMetadata, withPodMetadata } from './pod-metadata.ts';
import { withRolloutAnnotations } from './revision.ts';
import { maxRevision, revisionOf } from './revision.ts';
import { showRevision } from './sync-revision.ts';
import { sortVersions, wantedHash } from './versions.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { ownerReference } from './targets.ts';
import { note, statusOf, warn, type Work } from './work.ts';

/**
 * Creates the ReplicaSet of the pods that are wanted, without any pods yet.
 *
 * @returns how the reconcile ends with it; undefined: it goes on, as the ReplicaSet is there
 * @throws StepFailure if the revision cannot be shown
 * @source createDesiredReplicaSet in rollout/sync.go of argoproj/argo-rollouts
 */
export function createReplicaSet(work: Work): Ending | undefined {
  const revision = String(maxRevision(work.versions.older) + 1);
  const wanted = newReplicaSet(work, revision);
  const { name = '' } = wanted.metadata;
  const reply = work.writes.make({ verb: 'create', object: wanted });
  if (reply.went === 'failed') return fail(work, name, reply.message);
  if (reply.went === 'exists') {
    if ('problem' in reply.found) throw new StepFailure(reply.found.problem);
    const there = reply.found.object as ReplicaSet;
    if (!isOurs(work, there)) return collide(work, name);
    const isShown = showRevision(work, revision);
    work.versions = sortVersions(work.rollout, [...work.versions.all, there], there);
    return isShown ? {} : undefined;
  }
  showRevision(work, revision);
  note(work, 'NewReplicaSetCreated', `Created ReplicaSet ${name} (revision ${revisionOf(wanted)})`);
  const message = `Created new replica set "${name}"`;
  const created = newCondition('Progressing', { status: 'True', reason: 'NewReplicaSetCreated', message }, work.now);
  return { status: withCondition(statusOf(work.rollout), created) };
}

function newReplicaSet(work: Work, revision: string): ReplicaSet {
  const { rollout } = work;
  const { metadata, spec } = rollout;
  const hash = wantedHash(rollout);
  const template = withAntiAffinity(rollout, spec.template ?? {});
  const labels = { ...template.metadata?.labels, [POD_HASH_LABEL]: hash };
  const minReadySeconds = spec.minReadySeconds ?? 0;
  const bare: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace ?? '',
      ownerReferences: [ownerReference(rollout)],
      labels,
    },
    spec: {
      replicas: 0,
      ...(minReadySeconds !== 0 && { minReadySeconds }),
      selector: { ...spec.selector, matchLabels: { ...spec.selector?.matchLabels, [POD_HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  return withPodMetadata(withRolloutAnnotations(rollout, bare, revision, false), partOf(work));
}

/** New pods are those of a canary, or of a preview; the very first ones are there to stay. */
function partOf({ rollout, versions }: Work): PodMetadata | undefined {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  if (versions.stable) return canary ? canary.canaryMetadata : blueGreen?.previewMetadata;
  return canary ? canary.stableMetadata : blueGreen?.activeMetadata;
}

function isOurs({ rollout }: Work, there: ReplicaSet): boolean {
  const isOwned = controllerOf(there)?.uid === rollout.metadata.uid;
  return isOwned && isPodTemplateEqual(there.spec?.template ?? {}, rollout.spec.template ?? {});
}

/** Somebody else has the name: next time another is tried. */
function collide({ rollout }: Work, name: string): Ending {
  const status = statusOf(rollout);
  const collisionCount = (status.collisionCount ?? 0) + 1;
  const failure = `replicasets.apps "${name}" already exists`;
  return { status: { ...status, collisionCount }, failure };
}

function fail(work: Work, name: string, problem: string): Ending {
  const message = `Failed to create new replica set "${name}": ${problem}`;
  warn(work, 'ReplicaSetCreateError', message);
  const said: Said = { status: 'False', reason: 'ReplicaSetCreateError', message };
  const ending = endWithConditions(work, statusOf(work.rollout), [{ type: 'Progressing', said }]);
  return { ...ending, failure: problem };
}
