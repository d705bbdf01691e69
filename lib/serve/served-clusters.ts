import type { AddressMode } from '../clusters/api/addresses.ts';
import { cachedCluster, type CachedCluster } from '../clusters/store/cached.ts';
import {
  currentContextName,
  contextNames,
  kubeConfigCredentials,
  type KubeConfigSource,
} from '../clusters/access/kubeconfig.ts';
import type { KubernetesCluster } from '../clusters/api/kubernetes.ts';
import { openCluster } from '../clusters/api/open-cluster.ts';
import { type Rate, rated } from '../clusters/rated.ts';
import { errorFields } from '../log/error-fields.ts';
import type { Log } from '../model/ports.ts';
import { apiVersionsOf } from '../model/cluster-routers.ts';
import type { ResourceKind } from '../model/resources.ts';
import { isOfShard, type Shard } from './shard.ts';
import { systemTimers } from '../queues/system-timers.ts';
import type { Http } from '../http/open-http.ts';
import { openResolver, operatorLookup } from '../http/resolver.ts';
import { type ListTurn, openListTurns } from './list-turns.ts';
import { type Looked, scopesOf } from '../runtime/scopes.ts';

export interface ServedClustersOptions extends Looked {
  readonly source: KubeConfigSource;
  /** One cluster each; none: the current one; `all` that there are. */
  readonly contexts: readonly string[] | 'all';
  /** Which of them are served here. Default: all. */
  readonly shard?: Shard | undefined;
  readonly addressMode: AddressMode;
  /** Opens the way out for the metrics of one cluster, which no other cluster's can be in. */
  readonly openHttp: () => Http;
  /** Services that metrics of other namespaces may reach through the API server. */
  readonly services: readonly string[];
  /** Whether short names of Services are completed as in a pod. */
  readonly shortServiceNames: boolean;
  /** Requests to the API server of each, a second and at once after a pause. */
  readonly rate: Pick<Rate, 'qps' | 'burst'>;
  /** Told of each object that cannot be read or kept. */
  readonly onSetAside: (cluster: string, kind: ResourceKind) => void;
  readonly log: Log;
  readonly now: () => Date;
}

export interface ServedClusters {
  readonly clusters: readonly CachedCluster[];
  close(): Promise<void>;
}

/** Opens the clusters to serve; connects to none of them yet. @throws AssayError ASSAY_KUBECONFIG_INVALID */
export async function openServedClusters(options: ServedClustersOptions): Promise<ServedClusters> {
  const named = await namesOf(options);
  const { shard } = options;
  const names = shard ? named.filter((name) => isOfShard(name, shard)) : named;
  const turnOf = openListTurns(systemTimers);
  const opened = await Promise.all(names.map((name) => openServedCluster(name, options)));
  return {
    clusters: opened.map((cluster) => withStores(cluster, options, turnOf(cluster.name))),
    close: async () => void (await Promise.all(opened.map((cluster) => cluster.close()))),
  };
}

async function namesOf({ contexts, source }: ServedClustersOptions): Promise<readonly string[]> {
  if (contexts === 'all') return contextNames(source);
  return contexts.length > 0 ? contexts : [(await currentContextName(source)) ?? IN_CLUSTER];
}

/** In a pod there is no kubeconfig, and so no context to name. */
const IN_CLUSTER = 'in-cluster';

async function openServedCluster(
  name: string,
  {
    source,
    openHttp,
    now,
    log,
    addressMode,
    services,
    shortServiceNames,
    routers,
    rate,
    onSetAside,
  }: ServedClustersOptions,
): Promise<KubernetesCluster> {
  const credentials = await kubeConfigCredentials(source, name === IN_CLUSTER ? undefined : name);
  // A resolver of its own: names in templates, and a resolver that is away for another cluster, delay nothing here.
  const lookup = operatorLookup(openResolver());
  const cluster = openCluster({
    name,
    credentials,
    http: openHttp(),
    now,
    log,
    addressMode,
    services,
    shortServiceNames,
    apiVersions: apiVersionsOf(routers),
    lookup,
    onSetAside: (kind) => onSetAside(name, kind),
  });
  return rated(cluster, { ...rate, timers: systemTimers });
}

function withStores(cluster: KubernetesCluster, options: ServedClustersOptions, inTurn: ListTurn): CachedCluster {
  return cachedCluster(cluster, scopesOf(options), {
    timing: { inTurn },
    onFailure: (kind, error, retryInMs) =>
      options.log.warn('watch failed', {
        cluster: cluster.name,
        kind,
        ...errorFields(error),
        retryInMs,
      }),
    onRefused: (kind, { metadata: { namespace, name } }, error) => {
      options.onSetAside(cluster.name, kind);
      options.log.error('object set aside', { cluster: cluster.name, kind, namespace, name, ...errorFields(error) });
    },
  });
}
