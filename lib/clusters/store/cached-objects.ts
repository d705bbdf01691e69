import type { ObjectKey } from '../../model/cluster.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import { deepFreeze } from '../freeze.ts';
import type { Selects } from '../../model/label-selector.ts';

/** What became of an object. `previous` is what was stored before, if anything was. */
export interface ObjectChange<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  readonly previous: T | undefined;
}

/** The objects of one watch, the newest of each; frozen. */
export interface CachedObjects<T extends KubernetesObject> {
  get(key: ObjectKey): T | undefined;
  all(): Iterable<T>;
  /** Takes over a list that shows the moment `version`. */
  replace(items: readonly T[], version: string): ObjectChange<T>[];
  /** Takes over what the watch tells. */
  see(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): ObjectChange<T> | undefined;
  /** Takes note that the watch has told everything up to `version`. */
  seen(version: string): void;
  /** Takes over what our own write made of an object, before the watch tells of it. */
  enter(object: T): ObjectChange<T> | undefined;
  /** Takes note that we deleted `object`, which was stored, for good. */
  drop(object: T): ObjectChange<T> | undefined;
}

/** @param selects  which objects the watch tells of */
export function cachedObjects<T extends KubernetesObject>(selects: Selects): CachedObjects<T> {
  let objects = new Map<string, T>();
  let seenVersion = '';
  // Dropped before the watch told so: until it does, what it tells of them is old.
  const dropped = new Set<string>();

  const put = (object: T): ObjectChange<T> => {
    const key = keyOf(object.metadata);
    const previous = objects.get(key);
    objects.set(key, deepFreeze(object));
    return { type: previous ? 'MODIFIED' : 'ADDED', object, previous };
  };
  const remove = (object: T): ObjectChange<T> | undefined => {
    const previous = objects.get(keyOf(object.metadata));
    if (!previous || previous.metadata.uid !== object.metadata.uid) return undefined;
    objects.delete(keyOf(object.metadata));
    return { type: 'DELETED', object, previous };
  };
  const isOlder = (object: T): boolean => {
    const stored = objects.get(keyOf(object.metadata));
    return stored !== undefined && isNewer(versionOf(stored), versionOf(object));
  };

  return {
    get: (key) => objects.get(keyOf(key)),
    all: () => objects.values(),
    replace(items, version) {
      const before = objects;
      const kept = [...before.values()].filter((object) => isNewer(versionOf(object), version));
      objects = new Map(kept.map((object) => [keyOf(object.metadata), object]));
      const changes: ObjectChange<T>[] = [];
      for (const item of items) {
        const key = keyOf(item.metadata);
        if (isOlder(item) || dropped.has(item.metadata.uid ?? '')) continue;
        const previous = before.get(key);
        objects.set(key, previous && versionOf(previous) === versionOf(item) ? previous : deepFreeze(item));
        if (!previous) changes.push({ type: 'ADDED', object: item, previous });
        else if (versionOf(previous) !== versionOf(item)) changes.push({ type: 'MODIFIED', object: item, previous });
      }
      for (const [key, previous] of before) {
        if (!objects.has(key)) changes.push({ type: 'DELETED', object: previous, previous });
      }
      dropped.clear();
      seenVersion = version;
      return changes;
    },
    see(type, object) {
      seenVersion = versionOf(object);
      const { uid = '' } = object.metadata;
      if (type === 'DELETED' && dropped.delete(uid)) return undefined;
      if (dropped.has(uid) || isOlder(object)) return undefined;
      if (type === 'DELETED') return remove(object);
      const stored = objects.get(keyOf(object.metadata));
      return stored && versionOf(stored) === versionOf(object) ? undefined : put(object);
    },
    seen(version) {
      seenVersion = version;
    },
    enter(object) {
      // What the watch has told already may be over again: the object may be gone by now.
      if (!isNewer(versionOf(object), seenVersion)) return undefined;
      const stored = objects.get(keyOf(object.metadata));
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
