import { AssayError } from '../model/errors.ts';
import type { Cluster } from '../model/cluster.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Change } from '../model/outcome.ts';
import { resourceKind } from '../model/resources.ts';
import type { Found, Reply } from '../model/reply.ts';

/**
 * Makes one change of a decision, and says what it gave. Deleting what is gone is done.
 *
 * @param tries  how often a name may be taken by what is gone when it is looked for
 * @throws AssayError if the cluster does not answer just now: nothing is to be concluded from that
 */
export async function apply(change: Change, cluster: Cluster, tries = 2): Promise<Reply> {
  try {
    return await make(change, cluster);
  } catch (error) {
    if (error instanceof AssayError && isHeldUp(change, error)) {
      return { went: 'failed', message: error.words, isRateLimited: true };
    }
    if (!(error instanceof AssayError) || error.retry) throw error;
    if (change.verb === 'create' && error.code === 'ASSAY_CLUSTER_EXISTS') {
      const found = await findTaken(change.object, cluster);
      if (found) return { went: 'exists', found };
      if (tries > 1) return apply(change, cluster, tries - 1);
      throw new AssayError('ASSAY_STEP_FAILED', `${error.message}, and is gone`, { retry: true });
    }
    const isConflict = error.code === 'ASSAY_CLUSTER_CONFLICT';
    return { went: 'failed', message: error.words, ...(isConflict && { isConflict }) };
  }
}

/** A disruption budget forbids an eviction by what else means that the server has too much to do. */
function isHeldUp(change: Change, { code }: AssayError): boolean {
  return change.verb === 'create' && change.object.kind === 'Eviction' && code === 'ASSAY_CLUSTER_THROTTLED';
}

async function make(change: Change, cluster: Cluster): Promise<Reply> {
  if (change.verb === 'create') {
    return { went: 'done', object: await cluster.create(resourceKind(change.object.kind), change.object) };
  }
  const { kind, uid, namespace, name } = change.target;
  const key = { namespace, name };
  if (change.verb === 'delete') {
    await cluster.delete(resourceKind(kind), key, uid === undefined ? {} : { uid });
    return { went: 'done' };
  }
  // An object of the same name that has come since has another uid, which no write can change: it is left alone.
  const metadata = { ...(change.patch['metadata'] as object | undefined), uid };
  const patch = uid === undefined ? change.patch : { ...change.patch, metadata };
  return { went: 'done', object: await cluster.patch(resourceKind(kind), key, patch) };
}

/** What has the name of an object that could not be created; undefined: it is free by now. */
async function findTaken(
  { kind, metadata }: KubernetesObject,
  cluster: Cluster,
): Promise<Found<KubernetesObject> | undefined> {
  const { namespace = '', name = '' } = metadata;
  try {
    const object = await cluster.get(resourceKind(kind), { namespace, name });
    return object && { object };
  } catch (error) {
    if (!(error instanceof AssayError) || error.retry) throw error;
    return { problem: error.words };
  }
}
