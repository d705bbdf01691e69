import { type ClusterRegistry, type OpenCluster, openRegistry } from '../clusters/registered.ts';
import type { ClusterSettings } from '../model/cluster-settings.ts';
import type { Connections, ConnectionUse } from '../model/connections.ts';
import type { Log } from '../model/ports.ts';
import type { LoadBalancers } from '../model/load-balancer.ts';
import type { ProviderSettings } from '../model/provider.ts';
import type { ClusterDocuments, Secrets } from '../model/cluster-documents.ts';
import { registeredNames } from '../clusters/registered-names.ts';
import { openResolver, operatorLookup } from '../http/resolver.ts';
import { ownSecrets } from '../clusters/access/secret-reference.ts';
import { secretsManager } from '../documents/secrets-manager.ts';
import { ssmDocuments } from '../documents/ssm.ts';
import { openAccounts } from '../connections/accounts.ts';
import { assumedRoles } from '../connections/assumed-roles.ts';
import { systemTimers } from '../queues/system-timers.ts';
import { registeredConnections } from './registered-connections.ts';
import { openRegisteredCluster, registeredLoadBalancers, registeredProviderSettings } from './registered-cluster.ts';

export interface RegisteredClustersOptions {
  /** `/assay/prod/clusters` */
  readonly registryPath: string;
  readonly maxAgeMs?: number;
  readonly now: () => Date;
  readonly log: Log;
  /** Called for each cluster whose document is broken, whenever the registry is read. */
  readonly onBroken?: (name: string) => void;
  /** Puts limits in front of a cluster that was just opened. */
  readonly guard?: (cluster: OpenCluster, settings: ClusterSettings) => OpenCluster;
  /** As in AWS_LAMBDA_RUNTIME_API: what metrics may never speak to. */
  readonly runtimeApi?: string;
  /** Secrets that any document may name, beside those of its own cluster (`assay/prod/clusters/NAME`). */
  readonly sharedSecrets?: readonly string[];
  /** Told of each request that went by a connection. */
  readonly onUse?: (use: ConnectionUse) => void;
  /** Default: Parameter Store below `registryPath`. */
  readonly documents?: ClusterDocuments;
  /** Default: Secrets Manager. */
  readonly secrets?: Secrets;
}

/** The clusters of a registry on AWS. */
export type RegisteredClusters = ClusterRegistry & {
  /**
   * The names of all that are registered, read anew; where they cannot be, those of before.
   * @throws AssayError ASSAY_REGISTRY_UNREACHABLE or ASSAY_REGISTRY_REFUSED, where nothing was read before
   */
  listNames(): Promise<readonly string[]>;
  /** What is set for the metrics of a cluster; nothing for one that is not served. */
  providerSettingsOf(name: string): ProviderSettings;
  /** Where the weights of its load balancers are verified; undefined: they are not. */
  loadBalancersOf(name: string): LoadBalancers | undefined;
  /** How the metric sources of a cluster are reached; undefined: as metrics say. */
  connectionsOf(name: string): Connections | undefined;
};

/** Opens the clusters of a registry; `refresh` reads them. */
export function openRegisteredClusters(options: RegisteredClustersOptions): RegisteredClusters {
  const { registryPath, now, guard, secrets = secretsManager(), sharedSecrets = [] } = options;
  const { documents = ssmDocuments({ path: registryPath }), log } = options;
  const lookup = operatorLookup(openResolver());
  const roles = assumedRoles({ now });
  const accounts = openAccounts(systemTimers);
  const connections = new WeakMap<ClusterSettings, Connections>();
  const secretsOf = (name: string) =>
    ownSecrets(secrets, { own: `${registryPath.replace(/^\//, '')}/${name}`, shared: sharedSecrets });
  const registry = openRegistry({
    ...options,
    documents,
    openCluster(name, settings) {
      const opened = openRegisteredCluster(name, settings, { ...options, secrets: secretsOf(name), roles, lookup });
      const rest = async (): Promise<void> => {
        connections.delete(settings);
        await opened.rest();
      };
      const cluster = { ...opened, rest };
      return guard ? guard(cluster, settings) : cluster;
    },
  });
  return {
    ...registry,
    listNames: registeredNames(documents, log),
    providerSettingsOf(name) {
      const settings = registry.settingsOf(name);
      return settings ? registeredProviderSettings(name, settings, roles) : {};
    },
    loadBalancersOf(name) {
      const settings = registry.settingsOf(name);
      return settings && registeredLoadBalancers(name, settings, roles);
    },
    connectionsOf(name) {
      const settings = registry.settingsOf(name);
      if (!settings || ((settings.connections ?? []).length === 0 && settings.onlyConnections !== true))
        return undefined;
      // Settings are the same object for as long as the document is the same.
      const known = connections.get(settings);
      if (known) return known;
      const { runtimeApi, onUse } = options;
      const opened = registeredConnections(registry.get(name), settings, {
        accounts,
        roles,
        secrets: secretsOf(name),
        runtimeApi,
        onUse,
      });
      connections.set(settings, opened);
      return opened;
    },
  };
}
