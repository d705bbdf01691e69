import { ALL_FACTS, factsOf } from '../kinds/facts/registry.ts';
import { AssayError } from '../model/errors.ts';
import type { AnyStatus, Seen } from '../model/kind.ts';
import { FINISHED_LABEL } from '../model/labels.ts';
import { staysReadable } from '../model/malformed.ts';
import { mergePatch } from '../model/merge-patch.ts';
import type { Cluster } from '../model/cluster.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Outcome } from '../model/outcome.ts';
import { resourceKind, RESOURCES } from '../model/resources.ts';
import type { ObjectRef } from '../model/ref.ts';
import { smallerOutcomes } from '../model/smaller-outcome.ts';

export interface Written {
  readonly went: 'status' | 'nothing' | 'lost';
  /** The resourceVersion that the object has now, as far as we know. */
  readonly version: string | undefined;
  /** What was written: another than was decided where the API server found that too large. */
  readonly outcome: Outcome<AnyStatus>;
  /** Why the status is written, but not yet the label that would have been a second write: a later look has to. */
  readonly unlabelled?: AssayError;
}

/**
 * Writes only what differs. Lost: somebody else was first, or the object is gone. Who only changed labels or annotations
 * was not: else a measurement that takes longer than they last would never be written.
 *
 * Where the status is a subresource, status and label are two writes, in the order in which a process may end between
 * them: an object with its last status and no label is found by the next look at everything, and so is one that begins
 * anew and has lost its label first.
 *
 * @throws AssayError ASSAY_CLUSTER_TOO_LARGE where not even how it ended can be written
 */
export async function writeStatus(
  ref: ObjectRef,
  seen: Seen,
  outcome: Outcome<AnyStatus>,
  cluster: Cluster,
  now: Date,
): Promise<Written> {
  try {
    return await writeOutcome(ref, seen, outcome, cluster);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    const { ends = [] } = factsOf(ref.kind, ALL_FACTS) ?? {};
    for (const smaller of smallerOutcomes(resourceKind(ref.kind), outcome, now, ends)) {
      const written = await writeOutcome(ref, seen, smaller, cluster).catch((again: unknown) => {
        if (!isTooLarge(again)) throw again;
      });
      if (written) return written;
    }
    throw error;
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof AssayError && error.code === 'ASSAY_CLUSTER_TOO_LARGE';
}

async function writeOutcome(
  ref: ObjectRef,
  { object }: Seen,
  outcome: Outcome<AnyStatus>,
  cluster: Cluster,
): Promise<Written> {
  const statusPatch = mergePatch({ status: object.status }, { status: outcome.status });
  const isApart = RESOURCES[resourceKind(ref.kind)].status === 'subresource';
  const labels = labelsOf(object, outcome.finished, isApart);
  const version = object.metadata.resourceVersion;
  if (!statusPatch && !labels) return { went: 'nothing', version, outcome };

  if (isApart && statusPatch && labels)
    return { ...(await writeBoth(ref, object, { statusPatch, labels }, cluster)), outcome };
  const patch = { ...(labels && { metadata: { labels } }), ...statusPatch };
  const after = await write(ref, object, { patch, ...(isApart && statusPatch && STATUS) }, cluster);
  return after ? { went: 'status', version: after.metadata.resourceVersion, outcome } : { ...LOST, outcome };
}

/** Status and label, one after the other. */
async function writeBoth(
  ref: ObjectRef,
  object: KubernetesObject,
  { statusPatch, labels }: { readonly statusPatch: Write['patch']; readonly labels: Labels },
  cluster: Cluster,
): Promise<Omit<Written, 'outcome'>> {
  const status: Write = { patch: statusPatch, ...STATUS };
  const label: Write = { patch: { metadata: { labels } } };
  const beginsAnew = labels[FINISHED_LABEL] === null;
  const between = await write(ref, object, beginsAnew ? label : status, cluster);
  if (!between) return LOST;
  if (beginsAnew) {
    const after = await write(ref, between, status, cluster);
    return after ? { went: 'status', version: after.metadata.resourceVersion } : LOST;
  }
  try {
    // Whoever changed a finished object before it was labelled has asked for a look, and that one labels it or does not.
    const after = (await write(ref, between, label, cluster)) ?? between;
    return { went: 'status', version: after.metadata.resourceVersion };
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return { went: 'status', version: between.metadata.resourceVersion, unlabelled: error };
  }
}

type Labels = Readonly<Record<string, 'true' | null>>;

interface Write {
  readonly patch: Readonly<Record<string, unknown>>;
  readonly subresource?: 'status';
}

const STATUS = { subresource: 'status' } as const;
const LOST = { went: 'lost', version: undefined } as const;

/** One write to what the object was; undefined: lost. */
async function write(
  ref: ObjectRef,
  before: KubernetesObject,
  { patch, ...options }: Write,
  cluster: Cluster,
): Promise<KubernetesObject | undefined> {
  const key = { namespace: ref.namespace, name: ref.name };
  let { resourceVersion } = before.metadata;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const metadata = { ...(patch['metadata'] as object | undefined), resourceVersion };
      const after = await cluster.patch(resourceKind(ref.kind), key, { ...patch, metadata }, options);
      staysReadable(before, after);
      return after;
    } catch (error) {
      if (!(error instanceof AssayError) || !OVERTAKEN.has(error.code)) throw error;
      const mayTryAgain = error.code === 'ASSAY_CLUSTER_CONFLICT' && attempt < WRITE_ATTEMPTS;
      resourceVersion = mayTryAgain ? await versionIfUntouched(ref, before, cluster) : undefined;
      if (resourceVersion === undefined) return undefined;
    }
  }
}

/**
 * Finished: labelled. The label of an object that begins anew goes: somebody took its status away, or it is of a kind
 * whose objects are finished many times over, and says that it is not just now.
 */
function labelsOf(
  { metadata, status }: Seen['object'],
  finished: boolean | undefined,
  isApart: boolean,
): Labels | undefined {
  const isLabelled = metadata.labels?.[FINISHED_LABEL] === 'true';
  if (finished) return isLabelled ? undefined : { [FINISHED_LABEL]: 'true' };
  const beginsAnew = !status?.phase || (isApart && finished === false);
  return isLabelled && beginsAnew ? { [FINISHED_LABEL]: null } : undefined;
}

/** The version that the object has now, if nothing but its labels and annotations has changed. */
async function versionIfUntouched(
  { kind, namespace, name }: ObjectRef,
  before: KubernetesObject,
  cluster: Cluster,
): Promise<string | undefined> {
  // Unlike `get`, a list is never answered from what is kept here.
  const { items } = await cluster.list(resourceKind(kind), { namespace, fieldSelector: `metadata.name=${name}` });
  const after: KubernetesObject | undefined = items[0];
  const isUntouched = after && mergePatch(substanceOf(before), substanceOf(after)) === undefined;
  return isUntouched ? after.metadata.resourceVersion : undefined;
}

function substanceOf({ metadata, ...rest }: KubernetesObject): Readonly<Record<string, unknown>> {
  return { ...rest, uid: metadata.uid, deletionTimestamp: metadata.deletionTimestamp };
}

const WRITE_ATTEMPTS = 5;
const OVERTAKEN: ReadonlySet<string> = new Set(['ASSAY_CLUSTER_CONFLICT', 'ASSAY_CLUSTER_NOT_FOUND']);
