import { isObject } from '../../model/is-object.ts';
import type { LoadBalancer, TargetGroup } from '../../model/load-balancer.ts';
import type { Rollout } from '../../model/rollout.ts';
import type { AlbStatus, WeightDestination } from '../../model/rollout-status.ts';
import { currentStep } from '../current-step.ts';
import { maxTrafficWeight } from '../defaults.ts';
import { isFullyPromoted } from '../phase.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { findIngress, ingressesOf, ingressNamed } from './alb-ingresses.ts';
import type { FindRouted, RoutedObject, Routing } from './router.ts';
import { canaryServices } from './services.ts';

/**
 * The DNS names of the load balancers whose weights may have to be verified in this step.
 * @param find  Ingresses that are not there are passed over
 */
export function loadBalancersOf(rollout: Rollout, find: FindRouted): readonly string[] {
  if (!isDue(rollout, maxTrafficWeight(rollout))) return [];
  const hostnames = verifiedIngresses(rollout).flatMap((name) => hostnamesOf(find(ingressNamed(rollout, name))));
  return [...new Set(hostnames)];
}

/**
 * Whether the load balancers have the weights of the Ingresses. Tells in the status which they are.
 *
 * @returns undefined where nobody looks at load balancers, or need not look now
 * @throws StepFailure where AWS does not say
 * @source VerifyWeight in rollout/trafficrouting/alb/alb.go of argoproj/argo-rollouts
 */
export function verifyWeights(
  routing: Routing,
  weight: number,
  additional: readonly WeightDestination[],
): boolean | undefined {
  const { rollout, loadBalancers } = routing;
  if (!loadBalancers) {
    routing.tellLoadBalancers({});
    return undefined;
  }
  if (!isDue(rollout, weight)) return undefined;
  const names = verifiedIngresses(rollout);
  const { alb, albs = [] } = rollout.status ?? {};
  const statuses = names.map((_, index) => (albs.length === names.length ? albs[index] : undefined) ?? {});
  let last = filled(alb);
  let verified = 0;
  const tell = (): void => routing.tellLoadBalancers({ alb: last, albs: statuses.map(filled) });
  for (const [index, name] of names.entries()) {
    const ingress = findIngress(routing, name);
    const wanted = wantedWeights(rollout, name, weight, additional);
    for (const hostname of hostnamesOf(ingress)) {
      const change = (part: AlbStatus): void => {
        statuses[index] = { ...statuses[index], ...part };
        last = { ...last, ...part };
        tell();
      };
      tell();
      const balancer = findLoadBalancer(routing, hostname);
      if (!balancer) return false;
      change({ ingress: name, loadBalancer: { ...namesOf(balancer), fullName: afterSlash(balancer.arn, 2) } });
      for (const group of targetGroupsOf(routing, balancer)) {
        change(partOf(group, wanted));
        if (isAsWanted(routing, group, wanted)) verified += 1;
      }
    }
  }
  tell();
  return verified === names.length + additional.length;
}

/**
 * The API of AWS is asked where a weight has just been set, at the end of an update, and once for the status.
 * @source ShouldVerifyWeight in utils/rollout/rolloututil.go of argoproj/argo-rollouts
 */
function isDue(rollout: Rollout, weight: number): boolean {
  const { stableRS = '', alb, albs } = rollout.status ?? {};
  if (alb === undefined && albs === undefined) return true;
  if (stableRS === '' || isFullyPromoted(rollout)) return false;
  const { step } = currentStep(rollout);
  return step ? step.setWeight !== undefined : weight === maxTrafficWeight(rollout);
}

/** An empty list of Ingresses is none here. */
function verifiedIngresses(rollout: Rollout): readonly string[] {
  const names = ingressesOf(rollout);
  return names.length > 0 ? names : [rollout.spec.strategy?.canary?.trafficRouting?.alb?.ingress ?? ''];
}

function hostnamesOf(ingress: RoutedObject | undefined): readonly string[] {
  const balancer = isObject(ingress?.status) ? ingress.status['loadBalancer'] : undefined;
  const entries: unknown = isObject(balancer) ? balancer['ingress'] : undefined;
  return (Array.isArray(entries) ? entries : []).flatMap((entry: unknown) => {
    const hostname = isObject(entry) ? entry['hostname'] : undefined;
    return typeof hostname === 'string' && hostname !== '' ? [hostname] : [];
  });
}

/** What target groups are to get, by what they were made for. */
interface Wanted {
  readonly canary: string;
  readonly stable: string;
  readonly shares: ReadonlyMap<string, { readonly service: string; readonly weight: number }>;
}

function wantedWeights(
  rollout: Rollout,
  ingress: string,
  weight: number,
  additional: readonly WeightDestination[],
): Wanted {
  const { servicePort = 0 } = rollout.spec.strategy?.canary?.trafficRouting?.alb ?? {};
  const resourceOf = (service: string): string =>
    `${rollout.metadata.namespace ?? ''}/${ingress}-${service}:${servicePort}`;
  const services = canaryServices(rollout, true);
  const others = additional.map(({ serviceName = '', weight: share }) => ({ service: serviceName, weight: share }));
  const all = [...others, { service: services.canary, weight }];
  return {
    canary: resourceOf(services.canary),
    stable: resourceOf(services.stable),
    shares: new Map(all.map((share) => [resourceOf(share.service), share])),
  };
}

function findLoadBalancer(routing: Routing, hostname: string): LoadBalancer | undefined {
  const found = routing.loadBalancers?.get(hostname);
  if (!found) {
    routing.warn('LoadBalancerNotFound', `Failed to find load balancer: ${hostname}`);
    return undefined;
  }
  if ('problem' in found) throw notVerified(routing, found.problem);
  return found.object;
}

function targetGroupsOf(routing: Routing, { targetGroups }: LoadBalancer): readonly TargetGroup[] {
  if ('problem' in targetGroups) throw notVerified(routing, targetGroups.problem);
  return targetGroups.object;
}

function notVerified(routing: Routing, problem: string): StepFailure {
  const { canary } = canaryServices(routing.rollout, true);
  routing.warn('TargetGroupVerifyError', `Failed to verify Service ${canary} (TargetGroup unknown): ${problem}`);
  return new StepFailure(problem);
}

function isAsWanted(routing: Routing, { arn, resource = '', weight }: TargetGroup, { shares }: Wanted): boolean {
  const share = shares.get(resource);
  if (share === undefined || weight === undefined) return false;
  const what = `Service ${share.service} (TargetGroup ${arn})`;
  if (weight === share.weight) {
    routing.note('TargetGroupVerified', `${what} verified: canary weight ${weight} set`);
    return true;
  }
  const missing = `canary weight ${share.weight} not yet set (current: ${weight})`;
  routing.warn('TargetGroupUnverified', `${what} not verified: ${missing}`);
  return false;
}

function partOf(group: TargetGroup, { canary, stable }: Wanted): AlbStatus {
  const told = { ...namesOf(group), fullName: afterSlash(group.arn, 1) };
  if (group.resource === canary) return { canaryTargetGroup: told };
  return group.resource === stable ? { stableTargetGroup: told } : {};
}

function namesOf({ name, arn }: LoadBalancer | TargetGroup): { readonly name: string; readonly arn: string } {
  return { name, arn };
}

/** What follows so many slashes, which is what metrics of AWS call it. */
function afterSlash(arn: string, slashes: number): string {
  return arn.split('/').slice(slashes).join('/');
}

/** Nothing that Argo writes is left out, though it may be empty. */
function filled(status: AlbStatus = {}): AlbStatus {
  const nothing = { name: '', arn: '', fullName: '' };
  return {
    ...status,
    loadBalancer: { ...nothing, ...status.loadBalancer },
    canaryTargetGroup: { ...nothing, ...status.canaryTargetGroup },
    stableTargetGroup: { ...nothing, ...status.stableTargetGroup },
  };
}
