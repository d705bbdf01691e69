import { AssayError } from '../../model/errors.ts';
import { parseJson } from '../../model/exact-json.ts';
import type { KubernetesObject, ObjectMeta } from '../../model/kubernetes.ts';
import type { ResourceKind } from '../../model/resources.ts';
import { deepFreeze } from '../freeze.ts';

/** An object as a program may have it: anything may stand beside its metadata. */
export interface Draft {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** One write. `version` is the resourceVersion of `object`. */
export interface StoreChange {
  readonly version: number;
  readonly kind: ResourceKind;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubernetesObject;
  readonly previous: KubernetesObject | undefined;
}

/** Objects and the history of their changes, as etcd keeps them: one version counts for all kinds. */
export interface MemoryStore {
  version(): number;
  get(kind: ResourceKind, namespace: string | undefined, name: string): KubernetesObject | undefined;
  /** All of a kind, ordered by namespace and name. */
  all(kind: ResourceKind): KubernetesObject[];
  /** Every object of every kind. */
  everything(): readonly { readonly kind: ResourceKind; readonly object: KubernetesObject }[];
  /**
   * Keeps a copy of `draft` under the next version, deeply frozen, and returns it.
   * @throws AssayError ASSAY_CLUSTER_TOO_LARGE beyond 1.5 MiB
   */
  put(kind: ResourceKind, draft: Draft): KubernetesObject;
  /** Removes it; `last` is how it was in the end, and comes back under the next version. */
  remove(kind: ResourceKind, last: KubernetesObject): KubernetesObject;
  /** @throws AssayError ASSAY_CLUSTER_EXPIRED where the history does not reach back to `version` */
  changesSince(version: number): readonly StoreChange[];
  /** Calls `listener` with every change from now on, until the function returned is called. */
  subscribe(listener: (change: StoreChange) => void): () => void;
  forgetHistory(): void;
}

/** What etcd takes by default, with a little more than the object in it. */
const LARGEST_BYTES = 1.5 * 1024 * 1024;

/** @param historyLimit  how many changes a watch can look back */
export function memoryStore(historyLimit: number): MemoryStore {
  const tables = new Map<ResourceKind, Map<string, KubernetesObject>>();
  const listeners = new Set<(change: StoreChange) => void>();
  let history: StoreChange[] = [];
  let version = 0;
  let forgotten = 0;

  const table = (kind: ResourceKind): Map<string, KubernetesObject> => {
    const existing = tables.get(kind) ?? new Map<string, KubernetesObject>();
    tables.set(kind, existing);
    return existing;
  };

  const record = (change: StoreChange): KubernetesObject => {
    history.push(change);
    // Twice the limit, so that cutting costs nothing per write.
    if (history.length > 2 * historyLimit) {
      history = history.slice(-historyLimit);
      forgotten = (history[0]?.version ?? version) - 1;
    }
    for (const listener of listeners) listener(change);
    return change.object;
  };

  const stamp = (draft: Draft): KubernetesObject => {
    const metadata = { ...draft.metadata, resourceVersion: String(version + 1) };
    const text = JSON.stringify({ ...draft, metadata });
    if (Buffer.byteLength(text) > LARGEST_BYTES) {
      throw new AssayError('ASSAY_CLUSTER_TOO_LARGE', 'etcdserver: request is too large');
    }
    version += 1;
    return deepFreeze(parseJson(text) as KubernetesObject);
  };

  return {
    version: () => version,
    get: (kind, namespace, name) => tables.get(kind)?.get(storeKey(namespace, name)),
    all(kind) {
      const entries = [...table(kind)].toSorted(([left], [right]) => (left < right ? -1 : 1));
      return entries.map(([, object]) => object);
    },
    everything: () =>
      [...tables].flatMap(([kind, objects]) => [...objects.values()].map((object) => ({ kind, object }))),
    put(kind, draft) {
      const { namespace, name = '' } = draft.metadata;
      const objects = table(kind);
      const previous = objects.get(storeKey(namespace, name));
      const object = stamp(draft);
      objects.set(storeKey(namespace, name), object);
      return record({ version, kind, type: previous ? 'MODIFIED' : 'ADDED', object, previous });
    },
    remove(kind, last) {
      const { namespace, name = '' } = last.metadata;
      const objects = table(kind);
      const previous = objects.get(storeKey(namespace, name));
      objects.delete(storeKey(namespace, name));
      const object = stamp({ ...last });
      return record({ version, kind, type: 'DELETED', object, previous });
    },
    changesSince(from) {
      if (from < forgotten) {
        throw new AssayError('ASSAY_CLUSTER_EXPIRED', `too old resource version: ${from} (${forgotten})`);
      }
      return history.filter((change) => change.version > from);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    forgetHistory() {
      history = [];
      forgotten = version;
    },
  };
}

/** `0x00` sorts before everything that a name may hold, so that namespaces stay together. */
function storeKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}\u0000${name}`;
}

/** What arrives is what JSON carries: nothing undefined, dates as text. */
export function copy<T>(value: T): T {
  return parseJson(JSON.stringify(value)) as T;
}
