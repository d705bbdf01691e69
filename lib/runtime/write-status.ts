import { AssayError } from '../model/errors.ts';
import type { AnyStatus, Seen } from '../model/kind.ts';
import { FINISHED_LABEL } from '../model/labels.ts';
import { staysReadable } from '../model/malformed.ts';
import { mergePatch } from '../model/merge-patch.ts';
import type { Cluster } from '../model/cluster.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Outcome } from '../model/outcome.ts';
import { resourceKind } from '../model/resources.ts';
import type { ObjectRef } from '../model/ref.ts';

export interface Written {
  readonly went: 'status' | 'nothing' | 'lost';
  /** The resourceVersion that the object has now, as far as we know. */
  readonly version: string | undefined;
}

/**
 * One write, and only if something differs. Lost: somebody else was first, or the object is gone. Who only changed
 * labels or annotations was not: else a measurement that takes longer than they last would never be written.
 */
export async function writeStatus(
  ref: ObjectRef,
  { object }: Seen,
  { status, finished }: Outcome<AnyStatus>,
  cluster: Cluster,
): Promise<Written> {
  const statusPatch = mergePatch({ status: object.status }, { status });
  const labels = labelsOf(object, finished === true);
  if (!statusPatch && !labels) return { went: 'nothing', version: object.metadata.resourceVersion };

  const key = { namespace: ref.namespace, name: ref.name };
  let { resourceVersion } = object.metadata;
  let patch = statusPatch;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const metadata = { resourceVersion, ...(labels && { labels }) };
      const after = await cluster.patch(resourceKind(ref.kind), key, { metadata, ...patch });
      staysReadable(object, after);
      return { went: 'status', version: after.metadata.resourceVersion };
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      if (error.code === 'ASSAY_CLUSTER_TOO_LARGE' && statusPatch && patch === statusPatch) {
        patch = tooLarge(error.message);
        continue;
      }
      if (!LOST.has(error.code)) throw error;
      const mayTryAgain = error.code === 'ASSAY_CLUSTER_CONFLICT' && attempt < WRITE_ATTEMPTS;
      resourceVersion = mayTryAgain ? await versionIfUntouched(ref, object, cluster) : undefined;
      if (resourceVersion === undefined) return { went: 'lost', version: undefined };
    }
  }
}

/**
 * What is left to say of an object that its cluster cannot keep with its status: that it ends, and why. Else it would be
 * measured again for ever, and nobody would see why.
 */
function tooLarge(message: string): Readonly<Record<string, unknown>> {
  return { status: { phase: 'Error', message: `The status could not be written: ${message.slice(0, 500)}` } };
}

/** Finished: labelled. The label of an object that begins anew, since somebody took its status away, goes. */
function labelsOf(
  { metadata, status }: Seen['object'],
  isFinished: boolean,
): Readonly<Record<string, 'true' | null>> | undefined {
  const isLabelled = metadata.labels?.[FINISHED_LABEL] === 'true';
  if (isFinished && !isLabelled) return { [FINISHED_LABEL]: 'true' };
  return isLabelled && !isFinished && !status?.phase ? { [FINISHED_LABEL]: null } : undefined;
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
const LOST: ReadonlySet<string> = new Set(['ASSAY_CLUSTER_CONFLICT', 'ASSAY_CLUSTER_NOT_FOUND']);
