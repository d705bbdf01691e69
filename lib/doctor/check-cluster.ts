import type { AddressMode } from '../clusters/api/addresses.ts';
import { openConnection } from '../clusters/api/connection.ts';
import type { Credentials } from '../clusters/access/credentials.ts';
import { inspect } from '../clusters/api/inspect.ts';
import { kubernetesCluster } from '../clusters/api/kubernetes.ts';
import { checkAddresses } from './check-addresses.ts';
import { checkResources } from './check-resources.ts';
import type { CheckResult } from './check-result.ts';
import { checkRights } from './check-rights.ts';
import { checkClock, checkIdentity, checkServer } from './check-server.ts';
import { checkWebhook } from './check-webhook.ts';
import type { ClusterRouters } from '../model/cluster-routers.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';

export interface ClusterCheckOptions {
  /** Of the cluster, for messages. */
  readonly name: string;
  readonly credentials: Credentials;
  /** For addresses that are not reached through the API server. */
  readonly http: (request: HttpRequest) => Promise<HttpResponse>;
  readonly addressMode: AddressMode;
  readonly namespace?: string | undefined;
  /** Whether Rollouts are looked after too. */
  readonly rollouts?: boolean | undefined;
  /** The traffic routers of these. */
  readonly routers?: ClusterRouters | undefined;
  /** What metrics ask: tried in the way that they would be. */
  readonly addresses: readonly string[];
  readonly now: () => Date;
}

/**
 * Proves, one by one, what Assay needs of a cluster, and says how to mend what is missing. Writes nothing. Where the
 * server does not answer, or does not know the credentials, there is nothing more to ask.
 *
 * @throws what no check explains, such as an API server that fails half way
 */
export async function checkCluster(options: ClusterCheckOptions): Promise<readonly CheckResult[]> {
  const { name, credentials, now, addressMode, addresses } = options;
  const connection = openConnection({ name, credentials });
  const cluster = kubernetesCluster(options);
  try {
    const inspection = inspect(name, connection);
    const server = await checkServer(inspection, () => credentials.access());
    if (!server.reach) return [server.result];
    // Asked once more: by now the connection is open, and the answer is as old as one way over the network.
    const sentMs = now().getTime();
    const clock = checkClock(await inspection.reach(), [sentMs, now().getTime()]);
    const who = await checkIdentity(inspection);
    const first = [server.result, who.result, clock];
    if (who.result.status === 'fail') return first;

    const [rights, resources, webhook, reached] = await Promise.all([
      checkRights(inspection, { ...options, identity: who.identity }),
      checkResources(inspection, options),
      checkWebhook(inspection, now()),
      checkAddresses(cluster, addresses, addressMode),
    ]);
    return [...first, ...rights, ...resources, webhook, ...reached];
  } finally {
    await Promise.all([connection.close(), cluster.close()]);
  }
}
