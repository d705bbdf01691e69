import { joinBefore } from './before.ts';
import type { BusEvent } from './bus.ts';
import type { ObjectRef } from './ref.ts';

/** `Changed`: something that the object owns did. */
export type ChangeVerb = 'Created' | 'Updated' | 'Deleted' | 'Changed';

/** That something happened to an object, and nothing of the object itself. */
export interface ObjectChange {
  readonly ref: ObjectRef;
  readonly verb: ChangeVerb;
  /** What is there until the change is stored, as `beforeOf` has it; absent where nobody has to wait for that. */
  readonly before?: string;
}

/** The event of a change: its detail is the key of the object, as messages carry it, and what there was before. */
export function changeEvent({ ref, verb, before = '' }: ObjectChange): BusEvent {
  const { cluster, kind, namespace, name, uid } = ref;
  return {
    source: clusterSource(cluster),
    detailType: `${kind} ${verb}`,
    detail: { cluster, kind, namespace, name, uid, before },
  };
}

/** Of two events about one object the newer is enough, if it says what there was before the older one's change, too. */
export function joinChanges(older: BusEvent | undefined, newer: BusEvent): BusEvent {
  const [first, second] = [older?.detail['before'], newer.detail['before']];
  if (typeof first !== 'string' || typeof second !== 'string') return newer;
  return { ...newer, detail: { ...newer.detail, before: joinBefore(first, second) } };
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
