import { type AddressMode, parseServiceAddress } from '../clusters/api/addresses.ts';
import type { Cluster } from '../model/cluster.ts';
import { type CheckResult, messageOf } from './check-result.ts';

/** For one address: who checks does not wait for half a minute. */
const TIMEOUT_MS = 10_000;

/**
 * Whether addresses can be reached as metrics would reach them. Any answer will do: what it says is the business of the
 * metric.
 */
export async function checkAddresses(
  cluster: Pick<Cluster, 'fetch'>,
  addresses: readonly string[],
  addressMode: AddressMode,
): Promise<CheckResult[]> {
  if (addresses.length === 0) return [untried(addressMode)];
  return Promise.all(
    addresses.map(async (url): Promise<CheckResult> => {
      const about = { area: 'addresses', subject: url } as const;
      const way = wayTo(url, addressMode);
      try {
        const { status } = await cluster.fetch({ url, timeoutMs: TIMEOUT_MS });
        return { ...about, status: 'ok', message: `answers ${status}, ${way}` };
      } catch (error) {
        return { ...about, status: 'fail', message: messageOf(error), mend: mendOf(url, addressMode) };
      }
    }),
  );
}

function untried(addressMode: AddressMode): CheckResult {
  const about = { area: 'addresses', subject: `in-cluster addresses (${addressMode})` } as const;
  if (addressMode === 'deny') return { ...about, status: 'ok', message: 'are denied by the settings' };
  return {
    ...about,
    status: 'ok',
    message: 'none was tried: --address http://SERVICE.NAMESPACE.svc:PORT/ tries one',
  };
}

function wayTo(url: string, addressMode: AddressMode): string {
  if (!parseServiceAddress(url)) return 'over the network from here';
  return addressMode === 'proxy' ? 'through the API server' : 'over the network from here, not from the functions';
}

function mendOf(url: string, addressMode: AddressMode): string {
  if (!parseServiceAddress(url)) return 'Open the network path, or list the host in `allowedHosts` of the settings.';
  if (addressMode === 'deny') return 'Set `addressMode` to `proxy` or `direct` in the settings of the cluster.';
  if (addressMode === 'direct')
    return 'Open the network path from the functions (a VPC) to the Service, or set `addressMode` to `proxy`.';
  return 'Check Service, port and endpoints (`kubectl get endpointslices`), that the API server reaches the pods, and the right `get services/proxy`.';
}
