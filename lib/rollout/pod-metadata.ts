import { mergePatch } from '../model/merge-patch.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';

/** Labels and annotations that pods have while they play a part. */
export interface PodMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** On a ReplicaSet: the metadata that its pods were given for their part, as JSON. */
const PART_ANNOTATION = 'rollout.argoproj.io/ephemeral-metadata';

/** What the pods of a ReplicaSet were given before; what cannot be read is nothing. */
export function podMetadataOf({ metadata }: ReplicaSet): PodMetadata | undefined {
  const json = metadata.annotations?.[PART_ANNOTATION];
  if (json === undefined) return undefined;
  try {
    return (JSON.parse(json) as PodMetadata | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Metadata with what a part needs, and without what an earlier part needed; the same object where nothing changes.
 * @source SyncEphemeralPodMetadata in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
export function withPart<T extends PodMetadata>(metadata: T, before?: PodMetadata, after?: PodMetadata): T {
  const labels = exchange(metadata.labels, before?.labels, after?.labels);
  const annotations = exchange(metadata.annotations, before?.annotations, after?.annotations);
  if (labels === metadata.labels && annotations === metadata.annotations) return metadata;
  return { ...metadata, ...(labels && { labels }), ...(annotations && { annotations }) };
}

type Texts = Readonly<Record<string, string>>;

function exchange(there: Texts | undefined, before: Texts = {}, after: Texts = {}): Texts | undefined {
  const kept = Object.entries(there ?? {}).filter(
    ([name]) => !(Object.hasOwn(before, name) && !Object.hasOwn(after, name)),
  );
  // One that is to be empty is as good as one that is not there.
  const added = Object.entries(after).filter(([name, value]) => (there?.[name] ?? '') !== value);
  const next = Object.fromEntries([...kept, ...added]);
  return mergePatch(there ?? {}, next) === undefined ? there : next;
}

/**
 * A ReplicaSet whose pods get what their part needs; the same object where nothing changes.
 * @source SyncReplicaSetEphemeralPodMetadata in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
export function withPodMetadata(replicaSet: ReplicaSet, part: PodMetadata | undefined): ReplicaSet {
  const { metadata, spec } = replicaSet;
  const template = spec?.template ?? {};
  const before = template.metadata ?? {};
  const after = withPart(before, podMetadataOf(replicaSet), part);
  if (after === before) return replicaSet;
  const { [PART_ANNOTATION]: _old, ...others } = metadata.annotations ?? {};
  const annotations = part === undefined ? others : { ...others, [PART_ANNOTATION]: partJson(part) };
  return {
    ...replicaSet,
    metadata: { ...metadata, annotations },
    spec: { ...spec, template: { ...template, metadata: after } },
  };
}

/** As Go writes it: keys sorted, labels first. */
function partJson({ labels, annotations }: PodMetadata): string {
  return JSON.stringify({ ...sorted('labels', labels), ...sorted('annotations', annotations) });
}

function sorted(name: string, texts: Texts = {}): Record<string, Texts> {
  const entries = Object.entries(texts).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return entries.length === 0 ? {} : { [name]: Object.fromEntries(entries) };
}
