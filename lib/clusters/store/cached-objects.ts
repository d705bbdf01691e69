import type { ObjectKey } from '../../model/cluster.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import { deepFreeze } from '../freeze.ts';
import type { Selects } from '../../model/label-selector.ts';
import { keepEqual } from './keep-equal.ts';
import { objectIndex } from './object-index.ts';

/** What became of an object. `previous` is what was stored before, if anything was. */
export interface ObjectChange<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  readonly previous: T | undefined;
}

/** The objects of one watch, the newest of each; frozen. */
export interface CachedObjects<T extends KubernetesObject> {
  get(key: ObjectKey): T | undefined;
  /** In the order in which they came; the same list until one of them changes. */
  all(): readonly T[];
  inNamespace(namespace: string): readonly T[];
  /** Those whose controller has this uid. */
  ownedBy(uid: string): readonly T[];
  /**
   * Takes over a list that shows the moment `version`, one change after the other, as they are asked for: between two of
   * them our own writes may enter objects and drop some, but the watch must tell nothing.
   */
  replace(items: readonly T[], version: string): Iterable<ObjectChange<T>>;
  /** Takes over what the watch tells. */
  see(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): ObjectChange<T> | undefined;
  /** Takes note that the watch has told everything up to `version`. */
  seen(version: string): void;
  /** Takes over what our own write made of an object, before the watch tells of it. */
  enter(object: T): ObjectChange<T> | undefined;
  /** Takes note that we deleted `object`, which was stored, for good. */
  drop(object: T): ObjectChange<T> | undefined;
}

/**
 * @param selects  which objects the watch tells of
 * @param refused  told of an object that cannot be kept, such as one that nests too deeply: it counts as gone, and is
 *                 asked of the cluster by whoever wants it. What `refused` throws goes on to the caller
 */
export function cachedObjects<T extends KubernetesObject>(
  selects: Selects,
  refused: (object: T, error: unknown) => void,
): CachedObjects<T> {
  const index = objectIndex<T>();
  let seenVersion = '';
  let latest: T | undefined;
  // Dropped before the watch told so: until it does, what it tells of them is old.
  const dropped = new Set<string>();

  const put = (given: T): ObjectChange<T> | undefined => {
    const key = keyOf(given.metadata);
    const previous = index.get(key);
    try {
      // What was made of one template has much in common.
      const object = deepFreeze(keepEqual(previous ?? latest, given));
      latest = object;
      index.set(key, object);
      return { type: previous ? 'MODIFIED' : 'ADDED', object, previous };
    } catch (error) {
      refused(given, error);
      index.delete(key);
      return previous && { type: 'DELETED', object: previous, previous };
    }
  };
  const remove = (object: T): ObjectChange<T> | undefined => {
    const previous = index.get(keyOf(object.metadata));
    if (!previous || previous.metadata.uid !== object.metadata.uid) return undefined;
    index.delete(keyOf(object.metadata));
    return { type: 'DELETED', object, previous };
  };
  const isOlder = (object: T): boolean => {
    const stored = index.get(keyOf(object.metadata));
    return stored !== undefined && isNewer(versionOf(stored), versionOf(object));
  };

  return {
    get: (key) => index.get(keyOf(key)),
    all: () => index.all(),
    inNamespace: (namespace) => index.inNamespace(namespace),
    ownedBy: (uid) => index.ownedBy(uid),
    *replace(items, version) {
      seenVersion = version;
      const before = [...index.entries()];
      const droppedBefore = [...dropped];
      const present = new Set(before.flatMap(([key, object]) => (isNewer(versionOf(object), version) ? [key] : [])));
      const listed = new Set(items.map(({ metadata }) => metadata.uid ?? ''));
      for (const item of items) {
        const key = keyOf(item.metadata);
        if (isOlder(item) || dropped.has(item.metadata.uid ?? '')) continue;
        present.add(key);
        const previous = index.get(key);
        const change = !previous || versionOf(previous) !== versionOf(item) ? put(item) : undefined;
        if (change) yield change;
      }
      for (const [key, previous] of before) {
        // What has become another meanwhile is newer than the list.
        if (present.has(key) || index.get(key) !== previous) continue;
        index.delete(key);
        yield { type: 'DELETED', object: previous, previous };
      }
      // A list that still shows them is older than their end, which the watch has yet to tell.
      for (const uid of droppedBefore) if (!listed.has(uid)) dropped.delete(uid);
    },
    see(type, object) {
      seenVersion = versionOf(object);
      const { uid = '' } = object.metadata;
      if (type === 'DELETED' && dropped.delete(uid)) return undefined;
      if (dropped.has(uid) || isOlder(object)) return undefined;
      if (type === 'DELETED') return remove(object);
      const stored = index.get(keyOf(object.metadata));
      return stored && versionOf(stored) === versionOf(object) ? undefined : put(object);
    },
    seen(version) {
      seenVersion = version;
    },
    enter(object) {
      // What the watch has told already may be over again: the object may be gone by now.
      if (!isNewer(versionOf(object), seenVersion)) return undefined;
      const stored = index.get(keyOf(object.metadata));
      if (stored?.metadata.uid !== object.metadata.uid || !stored) return selects(object) ? put(object) : undefined;
      if (!isNewer(versionOf(object), versionOf(stored))) return undefined;
      return put(object);
    },
    drop(object) {
      const change = remove(object);
      if (change) dropped.add(object.metadata.uid ?? '');
      return change;
    },
  };
}

function keyOf({ namespace, name }: { readonly namespace?: string; readonly name?: string }): string {
  return `${namespace ?? ''}/${name ?? ''}`;
}

function versionOf({ metadata }: KubernetesObject): string {
  return metadata.resourceVersion ?? '';
}

/**
 * Whether `left` is the newer resourceVersion. Numbers, however long, can be compared, which Kubernetes promises from
 * 1.35 on and has always done; with anything else nothing is known to be newer.
 */
function isNewer(left: string, right: string): boolean {
  if (!/^\d+$/.test(left) || !/^\d+$/.test(right)) return false;
  return left.length === right.length ? left > right : left.length > right.length;
}
