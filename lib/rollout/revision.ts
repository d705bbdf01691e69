import { parseInt } from '../expression/go/strconv.ts';
import { GoPanic } from '../expression/value.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Rollout } from '../model/rollout.ts';
import { availableIn, replicasIn, type ReplicaSet } from '../workload/replica-set.ts';
import { replicasOf } from './defaults.ts';
import { integer32Of } from './integers.ts';

export const REVISION_ANNOTATION = 'rollout.argoproj.io/revision';
export const DESIRED_REPLICAS_ANNOTATION = 'rollout.argoproj.io/desired-replicas';
export const WORKLOAD_GENERATION_ANNOTATION = 'rollout.argoproj.io/workload-generation';

const HISTORY_ANNOTATION = 'rollout.argoproj.io/revision-history';

/** Annotations of a Rollout that its ReplicaSets do not get. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION_ANNOTATION,
  HISTORY_ANNOTATION,
  DESIRED_REPLICAS_ANNOTATION,
  'notified.notifications.argoproj.io',
]);

type Annotations = Readonly<Record<string, string>>;

/**
 * The annotations of the ReplicaSet that is wanted: those of its Rollout, its revision (which only grows), and the
 * revisions that it had before.
 *
 * @param before    its annotations as they are
 * @param revision  the one after the highest of the others
 * @param exists    whether the ReplicaSet is there already: only a new one is told here how many pods it is to have
 * @returns the annotations, and whether they are to be written: where a revision is no number they are not, although
 *          those of the Rollout are in them
 * @source SetNewReplicaSetAnnotations in utils/annotations/annotations.go of argoproj/argo-rollouts
 */
export function newReplicaSetAnnotations(
  rollout: Pick<Rollout, 'metadata' | 'spec'>,
  before: Annotations | undefined,
  revision: string,
  exists: boolean,
): { readonly annotations: Annotations; readonly isChanged: boolean } {
  const annotations: Record<string, string> = { ...before };
  let isChanged = false;
  for (const [name, value] of Object.entries(rollout.metadata.annotations ?? {})) {
    // An empty one is the same as none.
    if (NOT_COPIED.has(name) || (annotations[name] ?? '') === value) continue;
    annotations[name] = value;
    isChanged = true;
  }

  const old = before?.[REVISION_ANNOTATION];
  const oldRevision = (old ?? '') === '' ? 0n : readRevision(old);
  const newRevision = readRevision(revision);
  if (oldRevision === undefined || newRevision === undefined) return { annotations, isChanged: false };
  if (oldRevision < newRevision) {
    annotations[REVISION_ANNOTATION] = revision;
    isChanged = true;
  }
  if (old !== undefined && isChanged) {
    const history = annotations[HISTORY_ANNOTATION] ?? '';
    // Argo looks at the first entry only: a list that begins with a comma is begun anew.
    annotations[HISTORY_ANNOTATION] = history === '' || history.startsWith(',') ? old : `${history},${old}`;
  }
  const desired = String(replicasOf(rollout));
  if (!exists && annotations[DESIRED_REPLICAS_ANNOTATION] !== desired) {
    annotations[DESIRED_REPLICAS_ANNOTATION] = desired;
    isChanged = true;
  }
  return { annotations, isChanged };
}

/** The revision that a text is; undefined where the text is no integer of 64 bits. */
function readRevision(text = ''): bigint | undefined {
  try {
    return parseInt(text);
  } catch (error) {
    if (error instanceof GoPanic) return undefined;
    throw error;
  }
}

/**
 * The revision of an object, 0 where it has none that can be read.
 * @source Revision in utils/replicaset/replicaset.go of argoproj/argo-rollouts
 */
export function revisionOf({ metadata }: Pick<KubernetesObject, 'metadata'>): number {
  return Number(readRevision(metadata.annotations?.[REVISION_ANNOTATION]) ?? 0);
}

/** The highest revision of several objects, 0 if there is none. */
export function maxRevision(objects: readonly Pick<KubernetesObject, 'metadata'>[]): number {
  return Math.max(0, ...objects.map(revisionOf));
}

/** How many pods the Rollout was to have when the ReplicaSet was last scaled, as it stands there; empty: not known. */
export function desiredReplicasText({ metadata }: ReplicaSet): string {
  return metadata.annotations?.[DESIRED_REPLICAS_ANNOTATION] ?? '';
}

/** The same as a number, undefined if it is none. */
export function desiredReplicasOf(set: ReplicaSet): number | undefined {
  return integer32Of(desiredReplicasText(set));
}

/**
 * The ReplicaSet with the annotations of the one that is wanted.
 *
 * @returns the same object if nothing is to be written
 * @source see `newReplicaSetAnnotations`
 */
export function withRolloutAnnotations(
  rollout: Rollout,
  set: ReplicaSet,
  revision: number | string,
  exists: boolean,
): ReplicaSet {
  const { metadata } = set;
  const { annotations, isChanged } = newReplicaSetAnnotations(rollout, metadata.annotations, String(revision), exists);
  return isChanged ? { ...set, metadata: { ...metadata, annotations } } : set;
}

/**
 * Whether the ReplicaSet has all pods of the Rollout, available.
 * @source IsSaturated in utils/annotations/annotations.go of argoproj/argo-rollouts
 */
export function isSaturated(rollout: Rollout, set: ReplicaSet | undefined): boolean {
  if (set === undefined) return false;
  const replicas = replicasOf(rollout);
  return replicasIn(set) === replicas && desiredReplicasOf(set) === replicas && availableIn(set) === replicas;
}
