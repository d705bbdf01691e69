import { readFile } from 'node:fs/promises';
import { readSecret } from '../clusters/access/secret-reference.ts';
import { type Accounts, openAccounts } from '../connections/accounts.ts';
import { machineCredentials } from '../connections/machine-credentials.ts';
import { openConnections, type OpenedConnections } from '../connections/open-connections.ts';
import { secretOfCluster } from '../connections/secret-of-cluster.ts';
import { secretsManager } from '../documents/secrets-manager.ts';
import { type HttpSettings, openHttp } from '../http/open-http.ts';
import type { Cluster } from '../model/cluster.ts';
import type { ConnectionSettings } from '../model/connection.ts';
import type { ConnectionUse } from '../model/connections.ts';
import { AssayError } from '../model/errors.ts';
import { systemTimers } from '../queues/system-timers.ts';

/** Opens the connections of a settings file for each cluster; what they refer to is found with the rights of its user. */
export function settingsConnections(settings: ConnectionSettings, rules: HttpSettings): OpenConnections {
  const accounts: Accounts = openAccounts(systemTimers);
  // Whoever names a role here runs this process.
  const credentialsOf = machineCredentials('any');
  const secrets = secretsManager();
  return (cluster, onUse) =>
    openConnections({
      cluster: cluster.name,
      settings,
      accounts,
      places: {
        secret: async (reference) => readSecret(reference, secrets),
        file: readText,
        secretKeyRef: secretOfCluster(cluster),
      },
      openHttp: (tls, proxy) => openHttp({ ...rules, tls, proxy }),
      credentialsOf: async ({ region, roleArn, externalId }) =>
        credentialsOf({
          region,
          ...(roleArn !== undefined && { roleArn }),
          ...(externalId !== undefined && { externalId }),
        }),
      timers: systemTimers,
      onUse,
    });
}
export type OpenConnections = (
  cluster: Pick<Cluster, 'name' | 'get'>,
  onUse?: (use: ConnectionUse) => void,
) => OpenedConnections;

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new AssayError('ASSAY_SECRET_UNREADABLE', `file ${path}: ${code}`);
  }
}
