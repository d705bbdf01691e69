import { randomUUID } from 'node:crypto';
import { AssayError } from '../../model/errors.ts';
import type { Cluster, ListPage, ObjectKey, Patch, PatchOptions, WatchEvent } from '../../model/cluster.ts';
import type { HttpRequest, HttpResponse } from '../../model/http.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import { RESOURCES, type ResourceKind, type Resources } from '../../model/resources.ts';
import { objectPath } from '../api/path.ts';
import { applyPatch } from './apply-patch.ts';
import { eventRecorder } from '../api/event-recorder.ts';
import { memoryAdmission } from './admission.ts';
import { memoryDeletion } from './deletion.ts';
import { memoryPages } from './pages.ts';
import { memoryStore } from './store.ts';
import { memoryWatches } from './watch.ts';

export interface MemoryClusterOptions {
  readonly now: () => Date;
  /** What `fetch` uses, whatever the address. Without it there is no network. */
  readonly http?: (request: HttpRequest) => Promise<HttpResponse>;
  /** What is wrong with a custom resource, in the words of its CRD; empty: nothing. Default: never anything. */
  readonly validate?: (object: KubernetesObject) => readonly string[];
  /** Of kinds that stand in another version there than `RESOURCES` says. */
  readonly apiVersions?: Readonly<Record<string, string>>;
  /** Whether a Namespace must be created before objects are created in it. Default: no. */
  readonly requireNamespaces?: boolean;
  /** How many changes a watch can look back. Default 1,000. */
  readonly historyLimit?: number;
  /** Default: random. */
  readonly newUid?: () => string;
}

/** A cluster in this process, and the hands that tests and simulations have in it. */
export interface MemoryCluster extends Cluster {
  /** All objects of a kind, ordered by namespace and name. */
  objects<K extends ResourceKind>(kind: K): readonly Resources[K][];
  /** Writes a status as the controller of a Job or Pod does, whatever was there before. */
  writeStatus<K extends ResourceKind>(kind: K, key: ObjectKey, status: Readonly<Record<string, unknown>>): Resources[K];
  /** Sends a BOOKMARK to every watch. */
  bookmark(): void;
  /** Ends every watch, as servers do every few minutes. */
  endWatches(): void;
  /** Makes every version and `continue` of until now too old to go on from. */
  forgetHistory(): void;
  /** Until `setReachable(true)` every call fails with ASSAY_CLUSTER_UNREACHABLE, and watches break. */
  setReachable(reachable: boolean): void;
}

/**
 * A Kubernetes API in memory, exact in what Assay relies on: it passes the same contract as a real API server.
 * Objects handed out are frozen. Garbage is collected at once, where a cluster takes a moment.
 */
export function memoryCluster(name: string, options: MemoryClusterOptions): MemoryCluster {
  const { now, http, validate = () => [], newUid = randomUUID, apiVersions = {} } = options;
  const store = memoryStore(options.historyLimit ?? 1000);
  const admission = memoryAdmission({ now, newUid, validate, apiVersions });
  const deletion = memoryDeletion(store, now);
  const watches = memoryWatches(store);
  const pages = memoryPages(store);
  let outage: AssayError | undefined;

  const answer = async <T>(work: () => T): Promise<T> => {
    // Nothing is answered before the caller waits for it: what two callers do is interleaved as on a network.
    await Promise.resolve();
    if (outage) throw outage;
    return work();
  };
  const find = (kind: ResourceKind, key: ObjectKey): KubernetesObject | undefined => {
    objectPath(kind, key);
    return store.get(kind, key.namespace, key.name);
  };
  const require = (kind: ResourceKind, key: ObjectKey): KubernetesObject => {
    const object = find(kind, key);
    if (object) return object;
    throw new AssayError('ASSAY_CLUSTER_NOT_FOUND', `${kind} "${key.name}" not found`, { cluster: name });
  };

  /** The one subresource that is created: nobody here has a disruption budget. */
  const evict = ({ metadata }: KubernetesObject): void => {
    const { namespace = '', name: podName = '' } = metadata;
    deletion.delete('Pod', require('Pod', { namespace, name: podName }), 'Background');
  };

  const cluster: Omit<MemoryCluster, 'recordEvent'> = {
    name,
    apiVersions,
    get: async <K extends ResourceKind>(kind: K, key: ObjectKey) =>
      answer(() => find(kind, key) as Resources[K] | undefined),

    list: async <K extends ResourceKind>(kind: K, query = {}) =>
      answer(() => pages.list(kind, query) as ListPage<Resources[K]>),

    create: async <K extends ResourceKind>(kind: K, object: Resources[K]) =>
      answer(() => {
        if (RESOURCES[kind].of !== undefined) {
          evict(object);
          return object;
        }
        const draft = admission.create(kind, object);
        const { namespace, name: newName = '' } = draft.metadata;
        if (options.requireNamespaces && namespace) require('Namespace', { name: namespace });
        if (store.get(kind, namespace, newName)) {
          throw new AssayError('ASSAY_CLUSTER_EXISTS', `${kind} "${newName}" already exists`, { cluster: name });
        }
        return deletion.store(kind, draft) as Resources[K];
      }),

    patch: async <K extends ResourceKind>(kind: K, key: ObjectKey, patch: Patch, { subresource }: PatchOptions = {}) =>
      answer(() => {
        const current = require(kind, key);
        if (subresource && RESOURCES[kind].status === 'own') {
          const path = `${objectPath(kind, key)}/${subresource}`;
          throw new AssayError('ASSAY_CLUSTER_NOT_FOUND', `${path} not found`, { cluster: name });
        }
        const wanted = applyPatch(current, patch);
        const draft = subresource
          ? admission.updateStatus(kind, current, wanted)
          : admission.update(kind, current, wanted);
        if (draft === current) return current as Resources[K];
        return deletion.store(kind, { ...draft }) as Resources[K];
      }),

    delete: async (kind, key, { uid, resourceVersion, propagation = 'Background' } = {}) =>
      answer(() => {
        const object = find(kind, key);
        if (!object || (uid && uid !== object.metadata.uid)) return false;
        if (resourceVersion && resourceVersion !== object.metadata.resourceVersion) {
          throw new AssayError('ASSAY_CLUSTER_CONFLICT', `${kind} "${key.name}" has been modified`, { cluster: name });
        }
        deletion.delete(kind, object, propagation);
        return true;
      }),

    async *watch<K extends ResourceKind>(kind: K, query: Parameters<Cluster['watch']>[1], signal: AbortSignal) {
      if (outage) throw outage;
      yield* watches.watch(kind, query, signal) as AsyncGenerator<WatchEvent<Resources[K]>>;
    },

    async fetch(request) {
      if (!http) throw new AssayError('ASSAY_HTTP_UNREACHABLE', `cluster ${name} has no network`, { retry: true });
      return http(request);
    },

    objects: <K extends ResourceKind>(kind: K) => store.all(kind) as Resources[K][],

    writeStatus<K extends ResourceKind>(kind: K, key: ObjectKey, status: Readonly<Record<string, unknown>>) {
      return store.put(kind, { ...require(kind, key), status }) as Resources[K];
    },
    bookmark: () => watches.bookmark(),
    endWatches: () => watches.end(),
    forgetHistory() {
      store.forgetHistory();
      pages.forget();
    },
    setReachable(reachable) {
      const detail = { retry: true, cluster: name };
      outage = reachable ? undefined : new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'no answer', detail);
      if (outage) watches.end(outage);
    },
  };
  return { ...cluster, recordEvent: eventRecorder(cluster, now) };
}
