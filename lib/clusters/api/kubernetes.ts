import {
  type Cluster,
  type DeleteOptions,
  isJsonPatch,
  type ListPage,
  type ListQuery,
  type ObjectKey,
  type Patch,
  type PatchOptions,
  type WatchEvent,
  type WatchQuery,
} from '../../model/cluster.ts';
import type { HttpRequest, HttpResponse } from '../../model/http.ts';
import { AssayError } from '../../model/errors.ts';
import { SHARES } from '../../model/limits.ts';
import { RESOURCES, type ResourceKind, type Resources } from '../../model/resources.ts';
import { type AddressMode, routeRequest } from './addresses.ts';
import { failureOf, parseStatus } from './failure.ts';
import { collectionPath, creationPath, objectPath, queryString, requireKind, requireNamespace } from './path.ts';
import { type ConnectionOptions, openConnection, type TextAnswer } from './connection.ts';
import { readObject, readPage } from './object.ts';
import { eventRecorder } from './event-recorder.ts';
import { completeShortNames } from './short-names.ts';
import { openServiceProxy } from './service-proxy.ts';
import { readWatch } from './watch-stream.ts';

export interface KubernetesClusterOptions extends ConnectionOptions {
  /** For every address that is not reached through the API server. */
  readonly http: (request: HttpRequest) => Promise<HttpResponse>;
  readonly now: () => Date;
  /** How in-cluster addresses are reached. Default `proxy`. */
  readonly addressMode?: AddressMode;
  /**
   * Services of other namespaces that metrics may reach through the API server, beside queries of Prometheus:
   * `namespace/service:port`, `*` for anything. Default: any.
   */
  readonly services?: readonly string[];
  /** Of kinds that stand in another version there than `RESOURCES` says. */
  readonly apiVersions?: Readonly<Record<string, string>>;
  /**
   * Whether `<service>` and `<service>.<namespace>` are completed as in a pod, where such a Service is there and addresses
   * are reached by `proxy`. Default true.
   */
  readonly shortServiceNames?: boolean;
  /** For the answer with one object that is read to begin. Default: `responseTimeoutMs`. */
  readonly objectTimeoutMs?: number;
  /** Of an answer that comes through the service proxy. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** After which the server ends a watch. Default: somewhere between 5 and 10 minutes, as client-go has it. */
  readonly watchTimeoutSeconds?: number;
  /** After which a silent watch is ended. Default 90,000: where anything changes, a bookmark comes every minute. */
  readonly watchIdleMs?: number;
  /** Told of what cannot be read in a list or a watch, in words: it is left out of them. */
  readonly onUnreadable?: (problem: string, kind: ResourceKind) => void;
  /** Ends what was opened for this cluster beside its own connections: its `http`, for one. */
  readonly onClose?: () => void;
  /** The same, but what was ended is opened again where it is used. */
  readonly onRest?: () => void;
}

/** A cluster behind an API server. `close` ends all that is under way; `rest` only connections that nobody uses. */
export type KubernetesCluster = Cluster & { rest(): Promise<void>; close(): Promise<void> };

/** Speaks to a real API server over kept connections; opens none before the first call. */
export function kubernetesCluster(options: KubernetesClusterOptions): KubernetesCluster {
  const { name, http, addressMode = 'proxy', maxBodyBytes = 1024 * 1024, watchIdleMs = 90_000 } = options;
  const { shortServiceNames = true, apiVersions = {}, objectTimeoutMs } = options;
  const complete = completeShortNames({
    find: async (key) => cluster.get('Service', key),
    nowMs: () => performance.now(),
  });
  const setAsideOf = (kind: ResourceKind) => (problem: string) => options.onUnreadable?.(problem, kind);
  const connection = openConnection(options);
  // Apart, so that Services that do not answer hold up no request to the API server itself.
  const proxy = openServiceProxy({
    name,
    connection: openConnection({ ...options, maxConnections: SHARES.requestsPerHost, renews: false }),
    places: SHARES.requestsPerHost,
    maxBodyBytes,
    random: Math.random,
  });
  const bodyOf = (answer: TextAnswer): string => {
    if (answer.status < 300) return answer.body;
    throw failureOf(name, answer);
  };

  const cluster: Omit<KubernetesCluster, 'recordEvent'> = {
    name,
    apiVersions,
    async get<K extends ResourceKind>(kind: K, key: ObjectKey) {
      const answer = await connection.exchange({
        path: objectPath(kind, key, apiVersions),
        ...(objectTimeoutMs !== undefined && { responseTimeoutMs: objectTimeoutMs }),
      });
      if (isAbsent(answer, key)) return undefined;
      return readObject(name, kind, bodyOf(answer)) as Resources[K];
    },

    async list<K extends ResourceKind>(kind: K, query: ListQuery = {}) {
      const { namespace, ...rest } = query;
      const path = collectionPath(kind, namespace, apiVersions) + queryString({ ...rest });
      const answer = await connection.exchange({ path });
      if (answer.status === 404) throw kindUnknown(name, kind, answer);
      return readPage(name, kind, bodyOf(answer), setAsideOf(kind)) as ListPage<Resources[K]>;
    },

    async create<K extends ResourceKind>(kind: K, object: Resources[K]) {
      requireKind(kind, object, apiVersions);
      const { metadata } = object;
      requireNamespace(kind, metadata.namespace);
      const path = creationPath(kind, metadata, apiVersions);
      const body = JSON.stringify(object);
      const answer = await connection.exchange({ method: 'POST', path, body, contentType: 'application/json' });
      const created = bodyOf(answer);
      // What is no object of its own is answered with a Status.
      return RESOURCES[kind].of === undefined ? (readObject(name, kind, created) as Resources[K]) : object;
    },

    async patch<K extends ResourceKind>(kind: K, key: ObjectKey, patch: Patch, { subresource }: PatchOptions = {}) {
      const contentType = isJsonPatch(patch) ? 'application/json-patch+json' : 'application/merge-patch+json';
      const path = objectPath(kind, key, apiVersions) + (subresource ? `/${subresource}` : '');
      const answer = await connection.exchange({ method: 'PATCH', path, body: JSON.stringify(patch), contentType });
      return readObject(name, kind, bodyOf(answer)) as Resources[K];
    },

    async delete(kind, key, deletion = {}) {
      const path = objectPath(kind, key, apiVersions);
      const body = JSON.stringify(deleteOptions(deletion));
      const answer = await connection.exchange({ method: 'DELETE', path, body, contentType: 'application/json' });
      if (isAbsent(answer, key)) return false;
      if (answer.status === 409 && deletion.uid) {
        const present = await cluster.get(kind, key);
        if (present?.metadata.uid !== deletion.uid) return false;
      }
      bodyOf(answer);
      return true;
    },

    watch<K extends ResourceKind>(kind: K, query: WatchQuery, signal: AbortSignal) {
      const { namespace, ...rest } = query;
      const timeoutSeconds = options.watchTimeoutSeconds ?? 300 + Math.floor(Math.random() * 300);
      const parameters = queryString({ ...rest, watch: true, allowWatchBookmarks: true, timeoutSeconds });
      const path = collectionPath(kind, namespace, apiVersions) + parameters;
      return readWatch(connection, {
        name,
        kind,
        path,
        idleMs: watchIdleMs,
        signal,
        setAside: setAsideOf(kind),
      }) as AsyncGenerator<WatchEvent<Resources[K]>>;
    },

    async fetch(given) {
      const request = addressMode === 'proxy' && shortServiceNames ? await complete(given) : given;
      const route = routeRequest(request, addressMode, options.services);
      return route.via === 'network' ? http(request) : proxy.fetch(request, route);
    },

    async rest() {
      options.onRest?.();
      await Promise.all([connection.rest(), proxy.rest()]);
    },

    async close() {
      options.onClose?.();
      await Promise.all([connection.close(), proxy.close()]);
    },
  };
  return { ...cluster, recordEvent: eventRecorder(cluster, options.now) };
}

/** A list is there, however empty, where the kind is: what is missing of ours is its CRD. */
function kindUnknown(cluster: string, kind: ResourceKind, answer: TextAnswer): AssayError {
  const { apiVersion, plural } = RESOURCES[kind];
  const [group = ''] = apiVersion.split('/');
  if (group !== 'argoproj.io') return failureOf(cluster, answer);
  const words = `there are no ${plural}.${group}: the CRD is not installed`;
  return new AssayError('ASSAY_CLUSTER_KIND_UNKNOWN', words, { cluster });
}

/** Whether the server says that this very object is not there; a kind it does not know, or a gateway's 404, is another thing. */
function isAbsent({ status, body }: TextAnswer, key: ObjectKey): boolean {
  return status === 404 && parseStatus(body)?.details?.name === key.name;
}

function deleteOptions({ uid, resourceVersion, propagation = 'Background' }: DeleteOptions): object {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: propagation,
    ...((uid || resourceVersion) && {
      preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    }),
  };
}
