import type { BusEvent } from './bus.ts';
import type { ObjectRef } from './ref.ts';

/** `Changed`: something that the object owns did. */
export type ChangeVerb = 'Created' | 'Updated' | 'Deleted' | 'Changed';

/** That something happened to an object, and nothing of the object itself. */
export interface ObjectChange {
  readonly ref: ObjectRef;
  readonly verb: ChangeVerb;
  /** Of the object before the change, where that is known. */
  readonly resourceVersion?: string;
}

/** The event of a change: its detail is the key of the object, as messages carry it, and the resourceVersion. */
export function changeEvent({ ref, verb, resourceVersion }: ObjectChange): BusEvent {
  const { cluster, kind, namespace, name, uid } = ref;
  return {
    source: clusterSource(cluster),
    detailType: `${kind} ${verb}`,
    detail: { cluster, kind, namespace, name, uid, ...(resourceVersion !== undefined && { resourceVersion }) },
  };
}

/** The source of the events of a cluster: roles and policies of the bus say by it who may speak for whom. */
export function clusterSource(cluster: string): string {
  return `assay.cluster.${cluster}`;
}

/** Names in Kubernetes are no longer, nor are uids. */
const LONGEST = 253;

/** The key in the detail of a change event; undefined where it is none. What comes from outside may be anything. */
export function refOfDetail(detail: unknown): ObjectRef | undefined {
  if (typeof detail !== 'object' || detail === null) return undefined;
  const { cluster, kind, namespace, name, uid } = detail as Readonly<Record<string, unknown>>;
  if (!isWord(cluster) || !isWord(kind) || !isWord(name) || !isWord(uid)) return undefined;
  if (namespace !== '' && !isWord(namespace)) return undefined;
  return { cluster, kind, namespace, name, uid };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST;
}
