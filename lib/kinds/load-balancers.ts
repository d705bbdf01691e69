import type { Cluster } from '../model/cluster.ts';
import type { LoadBalancer, LoadBalancers, Registration } from '../model/load-balancer.ts';
import { listAll } from '../model/list-pages.ts';
import type { Ports } from '../model/ports.ts';
import type { Found } from '../model/reply.ts';
import type { Service } from '../rollout/seen.ts';
import { bindingsOf, type ServedGroup, servedGroups } from '../rollout/target-groups.ts';
import { problemOf } from './problem-of.ts';
import { stepAborted } from './provider-context.ts';

type LookPorts = Pick<Ports, 'loadBalancersOf' | 'signal' | 'time'>;

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
  ports: LookPorts,
): Promise<ReadonlyMap<string, Found<LoadBalancer>> | undefined> {
  const loadBalancers = ports.loadBalancersOf?.(cluster);
  return loadBalancers && new Map(await lookAt(dnsNames, ports, async (name, end) => loadBalancers.find(name, end)));
}

/**
 * Looks whether target groups of AWS have the pods of Services, where those of the cluster are looked at.
 *
 * @returns undefined: nobody looks at them
 * @throws AssayError ASSAY_STEP_ABORTED; if the cluster cannot be asked just now
 */
export async function readRegistrations(
  cluster: Cluster,
  services: readonly Service[],
  ports: LookPorts,
): Promise<ReadonlyMap<string, Found<readonly Registration[]>> | undefined> {
  const loadBalancers = ports.loadBalancersOf?.(cluster.name);
  if (!loadBalancers) return undefined;
  const read = await lookAt(services, ports, async (service, end): Promise<Found<readonly Registration[]>> => {
    const groups = await readGroups(cluster, service);
    if ('problem' in groups) return groups;
    return { object: await Promise.all(groups.object.map((group) => registrationOf(group, loadBalancers, end))) };
  });
  return new Map(read.map(([{ metadata }, found]) => [metadata.name ?? '', found]));
}

async function readGroups(cluster: Cluster, service: Service): Promise<Found<readonly ServedGroup[]>> {
  const { namespace = '', name = '' } = service.metadata;
  try {
    const bindings = bindingsOf(service, await listAll(cluster, 'TargetGroupBinding', { namespace }));
    if (bindings.length === 0) return { object: [] };
    const endpoints = await cluster.get('Endpoints', { namespace, name });
    if (!endpoints) return { problem: `endpoints "${name}" not found` };
    return { object: servedGroups(service, bindings, endpoints) };
  } catch (error) {
    return problemOf(error);
  }
}

async function registrationOf(
  { arn, addresses }: ServedGroup,
  loadBalancers: LoadBalancers,
  end: AbortSignal,
): Promise<Registration> {
  const targets = await loadBalancers.targets(arn, end);
  if ('problem' in targets) return { arn, problem: targets.problem };
  return { arn, registered: targets.object.filter((each) => addresses.has(each)).length, total: addresses.size };
}

/** One thing and what was found of it; nothing of what was not found. */
type Looked<T, R> = readonly (readonly [T, R])[];

async function lookAt<T, R>(
  things: readonly T[],
  { signal, time }: LookPorts,
  look: (thing: T, end: AbortSignal) => Promise<R | undefined>,
): Promise<Looked<T, R>> {
  if (things.length === 0) return [];
  const mostMs = Math.min(LONGEST_LOOK_MS, Math.max(time?.mostMs ?? Infinity, 1));
  if (time && time.leftMs() < mostMs) throw stepAborted('there is no time left to look at load balancers');
  const end = AbortSignal.any([AbortSignal.timeout(mostMs), ...(signal ? [signal] : [])]);
  const found = await Promise.all(things.map((thing) => look(thing, end)));
  if (signal?.aborted) throw stepAborted('load balancers were being looked at');
  return things.flatMap((thing, index) => {
    const one = found[index];
    return one === undefined ? [] : [[thing, one] as const];
  });
}
