import type { LoadBalancer } from '../model/load-balancer.ts';
import type { Ports } from '../model/ports.ts';
import type { Found } from '../model/reply.ts';
import { stepAborted } from './provider-context.ts';

/** What one look at them may take, all requests together. */
const LONGEST_LOOK_MS = 10_000;

/**
 * Looks at load balancers of AWS, where those of the cluster are looked at.
 *
 * @param dnsNames  theirs
 * @returns         those that are there; undefined: nobody looks at them
 * @throws AssayError ASSAY_STEP_ABORTED
 */
export async function readLoadBalancers(
  cluster: string,
  dnsNames: readonly string[],
  { loadBalancersOf, signal, time }: Pick<Ports, 'loadBalancersOf' | 'signal' | 'time'>,
): Promise<ReadonlyMap<string, Found<LoadBalancer>> | undefined> {
  const loadBalancers = loadBalancersOf?.(cluster);
  if (!loadBalancers) return undefined;
  const mostMs = Math.min(LONGEST_LOOK_MS, Math.max(time?.mostMs ?? Infinity, 1));
  if (dnsNames.length > 0 && time && time.leftMs() < mostMs) {
    throw stepAborted('there is no time left to look at load balancers');
  }
  const end = AbortSignal.any([AbortSignal.timeout(mostMs), ...(signal ? [signal] : [])]);
  const read = await Promise.all(
    dnsNames.map(async (dnsName) => {
      const found = await loadBalancers.find(dnsName, end);
      return found ? ([[dnsName, found]] as const) : [];
    }),
  );
  if (signal?.aborted) throw stepAborted('load balancers were being looked at');
  return new Map(read.flat());
}
