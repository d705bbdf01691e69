import { readSecret } from '../clusters/access/secret-reference.ts';
import type { Accounts } from '../connections/accounts.ts';
import type { AssumedRoles } from '../connections/assumed-roles.ts';
import { openConnections, type OpenedConnections } from '../connections/open-connections.ts';
import { secretOfCluster } from '../connections/secret-of-cluster.ts';
import { openHttp } from '../http/open-http.ts';
import type { Secrets } from '../model/cluster-documents.ts';
import type { ClusterSettings } from '../model/cluster-settings.ts';
import type { Cluster } from '../model/cluster.ts';
import type { ConnectionUse } from '../model/connections.ts';
import { AssayError } from '../model/errors.ts';
import { systemTimers } from '../queues/system-timers.ts';
import { registeredProviderSettings, rulesOf } from './registered-cluster.ts';

export interface RegisteredConnectionsOptions {
  readonly accounts: Accounts;
  /** Those that the document of the cluster may name. */
  readonly secrets: Secrets;
  readonly roles: AssumedRoles;
  readonly runtimeApi?: string | undefined;
  readonly onUse?: ((use: ConnectionUse) => void) | undefined;
}

/**
 * The connections of a registered cluster. What they sign they sign as a role that the document names, in the name of the
 * cluster, or as the cluster's own; never as Assay itself.
 */
export function registeredConnections(
  cluster: Pick<Cluster, 'name' | 'get'>,
  settings: ClusterSettings,
  { accounts, secrets, roles, runtimeApi, onUse }: RegisteredConnectionsOptions,
): OpenedConnections {
  const { name } = cluster;
  return openConnections({
    cluster: name,
    settings,
    accounts,
    places: { secret: async (reference) => readSecret(reference, secrets), secretKeyRef: secretOfCluster(cluster) },
    openHttp: (tls, proxy) => openHttp({ ...rulesOf(settings, runtimeApi), tls, proxy }),
    async credentialsOf({ roleArn, region, externalId }) {
      if (roleArn !== undefined) {
        return roles.assume({ roleArn, region, cluster: name, ...(externalId !== undefined && { externalId }) });
      }
      const { awsCredentials } = registeredProviderSettings(name, settings, roles);
      if (awsCredentials) return awsCredentials({ region });
      throw new AssayError('ASSAY_METRIC_INVALID', `the settings of cluster ${name} name no role`);
    },
    timers: systemTimers,
    onUse,
  });
}
