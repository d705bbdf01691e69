import { controllerOf } from '../../model/controller-of.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';

/** Objects by key, by namespace and by the uid of their controller. Lists are made once and stay until they change. */
export interface ObjectIndex<T> {
  get(key: string): T | undefined;
  entries(): Iterable<readonly [key: string, object: T]>;
  all(): readonly T[];
  inNamespace(namespace: string): readonly T[];
  ownedBy(uid: string): readonly T[];
  set(key: string, object: T): void;
  delete(key: string): void;
}

export function objectIndex<T extends KubernetesObject>(): ObjectIndex<T> {
  const all = openBucket<T>();
  const namespaces = new Map<string, Bucket<T>>();
  const owners = new Map<string, Bucket<T>>();

  const remove = (key: string): void => {
    const object = all.objects.get(key);
    if (!object) return;
    all.delete(key);
    leave(namespaces, object.metadata.namespace, key);
    leave(owners, controllerOf(object)?.uid, key);
  };
  return {
    get: (key) => all.objects.get(key),
    entries: () => all.objects.entries(),
    all: () => all.list(),
    inNamespace: (namespace) => namespaces.get(namespace)?.list() ?? [],
    ownedBy: (uid) => owners.get(uid)?.list() ?? [],
    set(key, object) {
      const previous = all.objects.get(key);
      // In its place, so that lists keep their order, unless it has come to another owner.
      if (previous && controllerOf(previous)?.uid !== controllerOf(object)?.uid) remove(key);
      all.set(key, object);
      join(namespaces, object.metadata.namespace, key, object);
      join(owners, controllerOf(object)?.uid, key, object);
    },
    delete: remove,
  };
}

/** Some of the objects. */
interface Bucket<T> {
  readonly objects: ReadonlyMap<string, T>;
  list(): readonly T[];
  set(key: string, object: T): void;
  delete(key: string): void;
}

function openBucket<T>(): Bucket<T> {
  const objects = new Map<string, T>();
  let list: readonly T[] | undefined;
  return {
    objects,
    list: () => (list ??= Object.freeze([...objects.values()])),
    set(key, object) {
      objects.set(key, object);
      list = undefined;
    },
    delete(key) {
      objects.delete(key);
      list = undefined;
    },
  };
}

function join<T>(buckets: Map<string, Bucket<T>>, name: string | undefined, key: string, object: T): void {
  if (name === undefined) return;
  const bucket = buckets.get(name) ?? openBucket<T>();
  buckets.set(name, bucket);
  bucket.set(key, object);
}

function leave<T>(buckets: Map<string, Bucket<T>>, name: string | undefined, key: string): void {
  const bucket = name === undefined ? undefined : buckets.get(name);
  if (name === undefined || !bucket) return;
  bucket.delete(key);
  if (bucket.objects.size === 0) buckets.delete(name);
}
