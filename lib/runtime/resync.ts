import { KINDS } from '../kinds/registry.ts';
import { errorFields } from '../log/error-fields.ts';
import { AssayError, isAbout } from '../model/errors.ts';
import type { Kind, KindRow } from '../model/kind.ts';
import { FINISHED_LABEL } from '../model/labels.ts';
import { listPages } from '../model/list-pages.ts';
import type { Ports } from '../model/ports.ts';
import { type ObjectRef, refOf } from '../model/ref.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { isOverdue } from './overdue.ts';
import { type Looked, objectScope } from './scopes.ts';
import { setAside } from './set-aside.ts';

/**
 * Looks at everything unfinished in a cluster, one list a kind, and asks for a step of what is overdue.
 *
 * These messages carry no version: a step that has something to write goes on from there. One that only looks (at a Job
 * under way, at pods) does not, since the chain of the object may well be alive: else each minute would add one more.
 *
 * @param kinds  those that are looked after
 * @throws AssayError if the queue does not take the messages; what the cluster has against it is logged
 */
export async function resync(
  cluster: string,
  looked: Looked,
  ports: Ports,
  kinds: readonly KindRow[] = KINDS,
): Promise<void> {
  for (const kind of kinds) {
    try {
      await resyncKind(kind, cluster, looked, ports);
    } catch (error) {
      if (!(error instanceof AssayError) || isAbout(error, 'QUEUE')) throw error;
      ports.log.warn('objects not listed', { cluster, kind: kind.facts.kind, ...errorFields(error) });
      if (error.code === 'ASSAY_CLUSTER_UNREACHABLE') return;
    }
  }
}

async function resyncKind(watched: KindRow, name: string, looked: Looked, ports: Ports): Promise<void> {
  const { kind } = watched.facts;
  const cluster = ports.clusters.get(name);
  const { labelSelector, ...where } = objectScope(looked);
  const query = { ...where, labelSelector: `${FINISHED_LABEL}!=true,${labelSelector}` };
  for await (const { items } of listPages(cluster, kind, query)) {
    if (items.length === 0) continue;
    const loaded = await watched.load();
    const now = ports.now();
    const overdue = items.filter((object) => isSurelyOverdue(object, refOf(name, object), now, loaded, ports));
    await Promise.all(overdue.map((object) => ports.queue.send(refOf(name, object), now)));
    if (overdue.length > 0) ports.log.info('overdue', { cluster: name, kind, objects: overdue.length });
  }
}

/** What cannot even be told of one object is its own affair: the others are looked at all the same. */
function isSurelyOverdue(object: KubernetesObject, ref: ObjectRef, now: Date, kind: Kind, ports: Ports): boolean {
  try {
    return isOverdue(object, now, kind);
  } catch (error) {
    setAside(ref, error, ports);
    return false;
  }
}
