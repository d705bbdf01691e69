import { setImmediate as pause, setTimeout as wait } from 'node:timers/promises';
import type { AssayError } from '../../model/errors.ts';
import type {
  Cluster,
  ObjectKey,
  Patch,
  PatchOptions,
  RefreshQuery,
  Scope,
  StoredKey,
  StoredQuery,
  WatchEvent,
} from '../../model/cluster.ts';
import { controllerOf } from '../../model/controller-of.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import type { ResourceKind, Resources } from '../../model/resources.ts';
import { openSlices } from '../../model/slices.ts';
import { type CachedObjects, cachedObjects, type ObjectChange } from './cached-objects.ts';
import { follow, type FollowTiming } from './follow.ts';
import { type OthersChanges, othersChanges } from './others-changes.ts';
import { wrap } from '../wrap.ts';
import type { Selects } from '../../model/label-selector.ts';
import { selectsOf } from '../selectors.ts';

/** Called after the store has changed; `previous` is what it held before. What it throws is told to `onRefused`. */
export type ChangeHandler<K extends ResourceKind> = (
  object: Resources[K],
  previous: Resources[K] | undefined,
  type: ObjectChange<unknown>['type'],
) => void;

export interface CachedClusterOptions {
  /** Told of each failure to follow a kind; it is tried again after `retryInMs`. */
  readonly onFailure?: (kind: ResourceKind, error: AssayError, retryInMs: number) => void;
  /**
   * Told of an object that could not be kept, or that a handler threw at: nothing else is held up by it. Without this,
   * what is thrown ends `start`, as a bug.
   */
  readonly onRefused?: (kind: ResourceKind, object: KubernetesObject, error: unknown) => void;
  readonly timing?: Partial<FollowTiming>;
}

/**
 * A cluster some of whose kinds are kept here, fed by one watch a kind.
 *
 * `get` of such a kind answers from the store; what is not there is asked of the cluster, since it may lie outside of
 * the watch, or be newer than it. `list` always asks the cluster; `stored`, `peek` and `listStored` are the store.
 */
export interface CachedCluster extends Cluster {
  /** Follows the cluster until `signal` aborts; once. However long the cluster is away, the store keeps what it has. */
  start(signal: AbortSignal): Promise<void>;
  /** Whether every kind has been listed. */
  synced(): boolean;
  /** Resolves when every kind has been listed. */
  whenSynced(): Promise<void>;
  /** All objects in the store; none for a kind that is not watched. Frozen. */
  stored<K extends ResourceKind>(kind: K, namespace?: string): readonly Resources[K][];
  /** What the store alone has. */
  peek<K extends ResourceKind>(kind: K, key: ObjectKey): Resources[K] | undefined;
  listStored<K extends ResourceKind>(kind: K, query: StoredQuery): readonly Resources[K][] | undefined;
  /** For whoever knows better than a watch that is quiet, too. */
  refresh<K extends ResourceKind>(kind: K, key: StoredKey): Promise<Resources[K] | undefined>;
  refreshAll(kind: ResourceKind, query: RefreshQuery): Promise<void>;
  /** Milliseconds since the watch of a kind last told something; infinite before that. */
  quietMs(kind: ResourceKind): number;
  /** Whether an object is one of those that its kind's scope asks for; true for a kind that is not watched. */
  selects<K extends ResourceKind>(kind: K, object: Resources[K]): boolean;
  /**
   * Calls `handler` with every change of the store, once for each: first with all that is listed as ADDED, then with
   * what the watch tells and with what our own writes make of objects. A change of the status alone is one too.
   * Returns how to stop it.
   */
  onChange<K extends ResourceKind>(kind: K, handler: ChangeHandler<K>): () => void;
}

/** @param scopes  at most one a kind */
export function cachedCluster(
  cluster: Cluster,
  scopes: readonly Scope[],
  { onFailure, onRefused, timing = {} }: CachedClusterOptions = {},
): CachedCluster {
  const fullTiming = { ...REAL_TIMING, ...timing };
  const { nowMs } = fullTiming;
  const others = othersChanges(mayAskAboutOwner);
  const stores = new Map(scopes.map((scope) => [scope.kind, openStore(scope, fullTiming, others, onRefused)]));
  const wanted = [...stores.values()].filter(({ scope }) => scope.isOptional !== true);
  const synced = Promise.all(wanted.map((store) => store.whenSynced));
  const storeOf = <K extends ResourceKind>(kind: K): Store<K> | undefined => stores.get(kind) as Store<K> | undefined;
  const storedOf = <K extends ResourceKind>(kind: K, namespace?: string): readonly Resources[K][] => {
    const objects = storeOf(kind)?.objects;
    return (namespace ? objects?.inNamespace(namespace) : objects?.all()) ?? [];
  };

  const listStored: CachedCluster['listStored'] = (kind, query) => {
    const store = storeOf(kind);
    if (!store?.isSynced() || !covers(store.scope, query)) return undefined;
    const { namespace, ownerUid } = query;
    const isThere: Selects = ({ metadata }) => !namespace || metadata.namespace === namespace;
    const stored = ownerUid === undefined ? storedOf(kind, namespace) : store.objects.ownedBy(ownerUid).filter(isThere);
    return holdsOthers(store.scope, query) ? stored.filter(keepsOf(query)) : stored;
  };
  /** An object that is there has an owner, which may yet have to be told of; who is gone with its objects is no more. */
  function mayAskAboutOwner({ type, object }: ObjectChange<KubernetesObject>): boolean {
    const { kind = '', name = '', uid } = controllerOf(object) ?? {};
    const store = stores.get(kind as ResourceKind);
    if (type !== 'DELETED' || !store?.isSynced()) return store !== undefined;
    return store.objects.get({ ...object.metadata, name })?.metadata.uid === uid;
  }
  const refresh = async <K extends ResourceKind>(kind: K, key: StoredKey): Promise<Resources[K] | undefined> => {
    const hasRead = key.uid === undefined ? undefined : others.readingOwner(key.uid);
    const object = await cluster.get(kind, key);
    if (object?.metadata.uid === key.uid) hasRead?.();
    return (object && storeOf(kind)?.found(object)) ?? object;
  };
  const refreshAll = async (kind: ResourceKind, query: RefreshQuery): Promise<void> => {
    const { items } = await cluster.list(kind, query);
    for (const item of items) storeOf(kind)?.found(item);
  };
  const port = wrap(cluster, {
    get: async <K extends ResourceKind>(kind: K, key: ObjectKey) =>
      storeOf(kind)?.objects.get(key) ?? cluster.get(kind, key),
    list: 'as is',
    listStored,
    isBehind: ({ kind, metadata: { uid = '' } }) => stores.has(kind as ResourceKind) && others.concern(uid),
    refresh,
    refreshAll,
    async create<K extends ResourceKind>(kind: K, object: Resources[K]) {
      const created = await cluster.create(kind, object);
      return storeOf(kind)?.wrote(created) ?? created;
    },
    async patch<K extends ResourceKind>(kind: K, key: ObjectKey, patch: Patch, options?: PatchOptions) {
      const patched = await cluster.patch(kind, key, patch, options);
      return storeOf(kind)?.wrote(patched) ?? patched;
    },
    async delete(kind, key, options = {}) {
      const store = storeOf(kind);
      const stored = store?.objects.get(key);
      const isDeleted = await cluster.delete(kind, key, options);
      if (!isDeleted || !store || !stored) return isDeleted;
      const isAtOnce = !stored.metadata.finalizers?.length && (options.propagation ?? 'Background') === 'Background';
      const left = isAtOnce ? undefined : await cluster.get(kind, key);
      others.deleted(stored);
      if (left) store.wrote(left);
      else store.tell(store.objects.drop(stored));
      return true;
    },
    watch: 'as is',
    recordEvent: 'as is',
    fetch: 'as is',
  });

  return {
    ...port,
    listStored,
    async start(signal) {
      const all = [...stores].map(async ([kind, { scope, follower }]) =>
        follow(
          cluster,
          scope,
          { ...follower, failed: (error, retryInMs) => onFailure?.(kind, error, retryInMs) },
          fullTiming,
          signal,
        ),
      );
      await Promise.all(all);
    },
    synced: () => wanted.every((store) => store.isSynced()),
    whenSynced: async () => void (await synced),
    stored: storedOf,
    peek: <K extends ResourceKind>(kind: K, key: ObjectKey) => storeOf(kind)?.objects.get(key),
    refresh,
    refreshAll,
    quietMs: (kind) => nowMs() - (storeOf(kind)?.heardMs() ?? -Infinity),
    selects: <K extends ResourceKind>(kind: K, object: Resources[K]) => storeOf(kind)?.selects(object) ?? true,
    onChange<K extends ResourceKind>(kind: K, handler: ChangeHandler<K>) {
      const handlers = storeOf(kind)?.handlers;
      handlers?.add(handler);
      return () => handlers?.delete(handler);
    },
  };
}

const REAL_TIMING: FollowTiming = {
  sleep: async (ms, signal) => wait(ms, undefined, { signal, ref: false }).catch(() => {}),
  random: Math.random,
  nowMs: () => performance.now(),
  pause,
};

function covers({ namespace, fieldSelector, ...scope }: Scope, query: StoredQuery): boolean {
  const owners = ownerKindsOf(scope);
  const hasOwner = query.ownerKind === undefined ? owners === undefined : owners?.includes(query.ownerKind) === true;
  const isSame = scope.labelSelector === query.labelSelector && hasOwner;
  return isSame && fieldSelector === undefined && (namespace === undefined || namespace === query.namespace);
}

/** Whether what is stored has other owners beside the one that is asked for. */
function holdsOthers(scope: Scope, { ownerKind }: StoredQuery): boolean {
  return ownerKind !== undefined && (ownerKindsOf(scope)?.length ?? 0) > 1;
}

function keepsOf(scope: Pick<Scope, 'ownerKind'>): Selects {
  const owners = ownerKindsOf(scope);
  if (owners === undefined) return () => true;
  return (object) => owners.includes(controllerOf(object)?.kind ?? '');
}

function ownerKindsOf({ ownerKind }: Pick<Scope, 'ownerKind'>): readonly string[] | undefined {
  return typeof ownerKind === 'string' ? [ownerKind] : ownerKind;
}

function isSameVersion(left: KubernetesObject, right: KubernetesObject): boolean {
  return left.metadata.uid === right.metadata.uid && left.metadata.resourceVersion === right.metadata.resourceVersion;
}

interface Store<K extends ResourceKind> {
  readonly scope: Scope<K>;
  readonly objects: CachedObjects<Resources[K]>;
  readonly selects: (object: Resources[K]) => boolean;
  readonly handlers: Set<ChangeHandler<K>>;
  readonly follower: {
    listed(items: readonly Resources[K][], version: string): Promise<void>;
    changed(event: WatchEvent<Resources[K]>): void;
  };
  readonly whenSynced: Promise<void>;
  isSynced(): boolean;
  /** When the watch last told something; a list is no watch. */
  heardMs(): number;
  /** Takes over what our own write made of an object. @returns it, as it is stored */
  wrote(object: Resources[K]): Resources[K];
  /** Takes over what an object was when we asked. @returns it, as it is stored */
  found(object: Resources[K]): Resources[K];
  tell(change: ObjectChange<Resources[K]> | undefined): void;
}

function openStore<K extends ResourceKind>(
  scope: Scope<K>,
  pace: Pick<FollowTiming, 'nowMs' | 'pause'>,
  others: OthersChanges,
  onRefused: CachedClusterOptions['onRefused'],
): Store<K> {
  const { nowMs } = pace;
  const refused = (object: Resources[K], error: unknown): void => {
    if (!onRefused) throw error;
    onRefused(scope.kind, object, error);
  };
  const hasOwner = keepsOf(scope);
  const keeps = (object: Resources[K]): boolean => {
    try {
      return hasOwner(object);
    } catch (error) {
      refused(object, error);
      return false;
    }
  };
  const isSelected = selectsOf(scope.kind, scope);
  const selects: Selects = (object) => isSelected(object) && hasOwner(object);
  const objects = cachedObjects<Resources[K]>(selects, refused);
  const handlers = new Set<ChangeHandler<K>>();
  const { promise: whenSynced, resolve } = Promise.withResolvers<void>();
  let isSynced = false;
  let heardMs = -Infinity;

  const tell = (change: ObjectChange<Resources[K]> | undefined): void => {
    if (!change) return;
    for (const handler of handlers) {
      try {
        handler(change.object, change.previous, change.type);
      } catch (error) {
        refused(change.object, error);
      }
    }
  };
  const tellOfOthers = (change: ObjectChange<Resources[K]> | undefined): void => {
    if (change) others.saw(change);
    tell(change);
  };
  const asStored = (object: Resources[K]): Resources[K] => {
    const stored = objects.get({ name: '', ...object.metadata });
    return stored && isSameVersion(stored, object) ? stored : object;
  };
  const takeOver = (object: Resources[K]): ObjectChange<Resources[K]> | undefined => {
    const { deletionTimestamp, finalizers } = object.metadata;
    const isGone = deletionTimestamp && !finalizers?.length;
    return isGone ? objects.drop(object) : objects.enter(object);
  };
  return {
    scope,
    objects,
    selects,
    handlers,
    whenSynced,
    isSynced: () => isSynced,
    heardMs: () => heardMs,
    wrote(object) {
      others.wrote(object);
      const change = takeOver(object);
      if (change?.type === 'DELETED') others.deleted(object);
      tell(change);
      return asStored(object);
    },
    found(object) {
      tellOfOthers(takeOver(object));
      return asStored(object);
    },
    tell,
    follower: {
      async listed(items, version) {
        // In slices: whoever is told looks at each object, and other clusters must not wait for ten thousand of them.
        const slices = openSlices(pace);
        for (const change of objects.replace(items.filter(keeps), version)) {
          tellOfOthers(change);
          if (slices.isOver()) await slices.pause();
        }
        isSynced = true;
        resolve();
      },
      changed({ type, object }) {
        heardMs = nowMs();
        if (type === 'BOOKMARK') objects.seen(object.metadata.resourceVersion ?? '');
        else tellOfOthers(objects.see(keeps(object) ? type : 'DELETED', object));
      },
    },
  };
}
