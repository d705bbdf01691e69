import type { HttpRequest, HttpResponse } from './http.ts';
import type { KubernetesObject, Target } from './kubernetes.ts';
import type { EventRecord } from './outcome.ts';
import type { ResourceKind, Resources } from './resources.ts';

/**
 * One Kubernetes API, seen through what Assay needs of it. Every implementation passes `test/contract/cluster.ts`.
 *
 * Failures are AssayErrors: ASSAY_CLUSTER_CONFLICT (409: somebody wrote first), ASSAY_CLUSTER_EXISTS (409 on create),
 * ASSAY_CLUSTER_NOT_FOUND, ASSAY_CLUSTER_DENIED (401, 403), ASSAY_CLUSTER_REFUSED (400, 415, 422: the object or the
 * patch is wrong), ASSAY_CLUSTER_TOO_LARGE (413, or etcd's own limit), ASSAY_CLUSTER_EXPIRED (410: list anew), and with
 * `retry: true` ASSAY_CLUSTER_THROTTLED (429), ASSAY_CLUSTER_FAILED (500 in the API server's own words) and
 * ASSAY_CLUSTER_UNREACHABLE (no answer in time, connection refused, any other 5xx).
 */
export interface Cluster {
  readonly name: string;
  /** Of kinds that stand in another version here than `RESOURCES` says. */
  readonly apiVersions?: Readonly<Record<string, string>>;
  /** The object, or undefined where there is none. */
  get<K extends ResourceKind>(kind: K, key: ObjectKey): Promise<Resources[K] | undefined>;
  /** One page; go on with `continue`. Without `namespace`: all of them. */
  list<K extends ResourceKind>(kind: K, query?: ListQuery): Promise<ListPage<Resources[K]>>;
  /**
   * A list from a store that follows the cluster, a moment behind it; with what was written through here. Undefined
   * where no store holds all that is asked for.
   */
  listStored?<K extends ResourceKind>(kind: K, query: StoredQuery): readonly Resources[K][] | undefined;
  /**
   * Whether others have changed what belongs to an object (not its status alone) since that object was read from the cluster
   * itself: what they did may rest on a newer one than a store has. Absent where no store stands in between.
   */
  isBehind?(owner: KubernetesObject): boolean;
  /** Asks the cluster itself, and lets the store have the answer. Absent where no store stands in between. */
  refresh?<K extends ResourceKind>(kind: K, key: StoredKey): Promise<Resources[K] | undefined>;
  /** The same for a list. */
  refreshAll?(kind: ResourceKind, query: RefreshQuery): Promise<void>;
  create<K extends ResourceKind>(kind: K, object: Resources[K]): Promise<Resources[K]>;
  /**
   * Applies a JSON merge patch (RFC 7386), or a JSON patch (RFC 6902) where `patch` is a list. With a
   * `metadata.resourceVersion` in a merge patch, the write succeeds only if nobody wrote since.
   *
   * Of kinds whose status is a subresource (`RESOURCES`), a patch reaches everything but the status, or, with
   * `subresource: 'status'`, the status alone: labels and annotations would be dropped. Kinds that have no such
   * subresource answer that with ASSAY_CLUSTER_NOT_FOUND.
   */
  patch<K extends ResourceKind>(kind: K, key: ObjectKey, patch: Patch, options?: PatchOptions): Promise<Resources[K]>;
  /** False where there was nothing to delete. With `uid`, an object of the same name but another uid is left alone. */
  delete(kind: ResourceKind, key: ObjectKey, options?: DeleteOptions): Promise<boolean>;
  /**
   * Follows changes after `resourceVersion` until `signal` aborts or the server ends the stream (which it does
   * every few minutes: go on from the last version seen).
   * @throws AssayError ASSAY_CLUSTER_EXPIRED when that version is too old: list anew
   */
  watch<K extends ResourceKind>(
    kind: K,
    query: WatchQuery,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<Resources[K]>>;
  /** Records a Kubernetes Event on an object; equal ones within a few minutes are counted up, as client-go does. */
  recordEvent(about: Target & { readonly resourceVersion?: string }, event: EventRecord): Promise<void>;
  /** Makes a request as this cluster would: `<service>.<namespace>.svc` addresses reach its Services. */
  fetch(request: HttpRequest): Promise<HttpResponse>;
}

/** The clusters that this process looks after. */
export interface Clusters {
  /** @throws AssayError ASSAY_CLUSTER_UNKNOWN */
  get(name: string): Cluster;
  names(): readonly string[];
}

export interface ObjectKey {
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly name: string;
}

/** With the uid that the object is known by. */
export interface StoredKey extends ObjectKey {
  readonly uid?: string;
}

export interface ListQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
}

export interface StoredQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  /** Only what has a controller of this kind. */
  readonly ownerKind?: string;
  /** Only what has the controller of this uid. */
  readonly ownerUid?: string;
}

export type RefreshQuery = Pick<StoredQuery, 'namespace' | 'labelSelector'>;

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

export interface WatchQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion: string;
}

/** BOOKMARK carries nothing but a newer `metadata.resourceVersion`. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

export type Patch = Readonly<Record<string, unknown>> | readonly JsonPatchStep[];

export interface PatchOptions {
  readonly subresource?: 'status';
}

export interface JsonPatchStep {
  readonly op: 'add' | 'replace' | 'remove' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Default `Background`. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/** A list is a JSON patch (RFC 6902), anything else a merge patch (RFC 7386). */
export function isJsonPatch(patch: Patch): patch is readonly JsonPatchStep[] {
  return Array.isArray(patch);
}

/** Which objects to follow. */
export interface Scope<K extends ResourceKind = ResourceKind> {
  readonly kind: K;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Keeps only what has a controller of this kind, or of one of these. Servers cannot select by it. */
  readonly ownerKind?: string | readonly string[];
  /** Nobody waits for what is not allowed to be followed: it is asked for where it is wanted. */
  readonly isOptional?: boolean;
}
