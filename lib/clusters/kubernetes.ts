import { AssayError } from '../model/errors.ts';
import type { KubernetesObject } from '../model/outcome.ts';
import type {
  Cluster,
  DeleteOptions,
  HttpRequest,
  HttpResponse,
  ListPage,
  ListQuery,
  ObjectKey,
  Patch,
  ResourceKind,
  Resources,
  WatchEvent,
  WatchQuery,
} from '../model/ports.ts';
import { RESOURCES } from '../model/resources.ts';
import { type AddressMode, routeRequest } from './addresses.ts';
import { failureOf, parseStatus } from './api-failure.ts';
import { collectionPath, objectPath, queryString, requireKind, requireNamespace } from './api-path.ts';
import { isJsonPatch } from './apply-patch.ts';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';
import { eventRecorder } from './event-recorder.ts';
import { fetchThroughProxy } from './service-proxy.ts';
import { readWatch } from './watch-stream.ts';

export interface KubernetesClusterOptions extends ConnectionOptions {
  /** For every address that is not reached through the API server. */
  readonly http: (request: HttpRequest) => Promise<HttpResponse>;
  readonly now: () => Date;
  /** How in-cluster addresses are reached. Default `proxy`. */
  readonly addressMode?: AddressMode;
  /** Of an answer that comes through the service proxy. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** After which the server ends a watch. Default: somewhere between 5 and 10 minutes, as client-go has it. */
  readonly watchTimeoutSeconds?: number;
  /** After which a silent watch is given up. Default 90,000: servers send a bookmark every minute. */
  readonly watchIdleMs?: number;
}

/** A cluster behind an API server. `close` ends all that is under way. */
export type KubernetesCluster = Cluster & { close(): Promise<void> };

/** Speaks to a real API server over kept connections; opens none before the first call. */
export function kubernetesCluster(options: KubernetesClusterOptions): KubernetesCluster {
  const { name, http, addressMode = 'proxy', maxBodyBytes = 1024 * 1024, watchIdleMs = 90_000 } = options;
  const connection = openConnection(options);

  const cluster: Omit<KubernetesCluster, 'recordEvent'> = {
    name,
    get: async <K extends ResourceKind>(kind: K, key: ObjectKey) =>
      readObject<Resources[K]>(connection, name, kind, key),

    async list<K extends ResourceKind>(kind: K, query: ListQuery = {}) {
      const { namespace, ...rest } = query;
      const path = collectionPath(kind, namespace) + queryString({ ...rest });
      return readPage<Resources[K]>(kind, await connection.call({ path }));
    },

    async create<K extends ResourceKind>(kind: K, object: Resources[K]) {
      requireKind(kind, object);
      const { metadata } = object;
      requireNamespace(kind, metadata.namespace);
      const path = collectionPath(kind, metadata.namespace);
      const body = JSON.stringify(object);
      return JSON.parse(
        await connection.call({ method: 'POST', path, body, contentType: 'application/json' }),
      ) as Resources[K];
    },

    async patch<K extends ResourceKind>(kind: K, key: ObjectKey, patch: Patch) {
      const contentType = isJsonPatch(patch) ? 'application/json-patch+json' : 'application/merge-patch+json';
      const path = objectPath(kind, key);
      return JSON.parse(
        await connection.call({ method: 'PATCH', path, body: JSON.stringify(patch), contentType }),
      ) as Resources[K];
    },

    async delete(kind, key, deletion = {}) {
      const path = objectPath(kind, key);
      const body = JSON.stringify(deleteOptions(deletion));
      try {
        await connection.call({ method: 'DELETE', path, body, contentType: 'application/json' });
        return true;
      } catch (error) {
        if (!(error instanceof AssayError)) throw error;
        if (error.code === 'ASSAY_CLUSTER_NOT_FOUND') return false;
        if (error.code !== 'ASSAY_CLUSTER_CONFLICT' || !deletion.uid) throw error;
        const present = await cluster.get(kind, key);
        if (present?.metadata.uid !== deletion.uid) return false;
        throw error;
      }
    },

    watch<K extends ResourceKind>(kind: K, query: WatchQuery, signal: AbortSignal) {
      const { namespace, ...rest } = query;
      const timeoutSeconds = options.watchTimeoutSeconds ?? 300 + Math.floor(Math.random() * 300);
      const parameters = queryString({ ...rest, watch: true, allowWatchBookmarks: true, timeoutSeconds });
      const path = collectionPath(kind, namespace) + parameters;
      return readWatch(connection, { name, path, idleMs: watchIdleMs, signal }) as AsyncGenerator<
        WatchEvent<Resources[K]>
      >;
    },

    async fetch(request) {
      const route = routeRequest(request, addressMode);
      if (route.via === 'network') return http(request);
      return fetchThroughProxy(request, route, { name, connection, maxBodyBytes });
    },

    close: async () => connection.close(),
  };
  return { ...cluster, recordEvent: eventRecorder(cluster, options.now) };
}

/** Undefined only where the server says that this very object is not there: a kind it does not know is an error. */
async function readObject<T>(
  connection: Connection,
  cluster: string,
  kind: ResourceKind,
  key: ObjectKey,
): Promise<T | undefined> {
  const answer = await connection.open({ path: objectPath(kind, key) });
  const body = await answer.body.text().catch((error: unknown) => {
    throw connection.explain(error);
  });
  if (answer.status < 300) return JSON.parse(body) as T;
  if (answer.status === 404 && parseStatus(body)?.details?.name === key.name) return undefined;
  throw failureOf(cluster, { status: answer.status, headers: answer.headers, body });
}

interface ListAnswer {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly KubernetesObject[] | null;
}

/** What API servers list of their own kinds comes without `apiVersion` and `kind`. */
function readPage<T>(kind: ResourceKind, body: string): ListPage<T> {
  const { metadata, items } = JSON.parse(body) as ListAnswer;
  const { apiVersion } = RESOURCES[kind];
  return {
    items: (items ?? []).map((item) => (item.kind ? item : { ...item, apiVersion, kind })) as T[],
    resourceVersion: metadata.resourceVersion,
    ...(metadata.continue && { continue: metadata.continue }),
  };
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
