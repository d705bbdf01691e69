import { isObject } from '../../model/is-object.ts';
import { mergePatch } from '../../model/merge-patch.ts';
import type { Rollout } from '../../model/rollout.ts';
import type { IstioTrafficRouting, IstioVirtualService } from '../../model/traffic-routing.ts';
import { StepFailure, within } from '../../workload/step-failure.ts';
import { listAt } from './accessor.ts';
import { findLate } from './istio-late.ts';
import { findWeighted, headerRoute, inOrder, mirrorRoute } from './istio-managed.ts';
import { chooseRoutes, type Json, nameOf, type Parties, routesOf } from './istio-routes.ts';
import { withHashes } from './istio-subsets.ts';
import { istioReferences } from './istio-references.ts';
import { virtualServicesOf } from './istio-virtual-services.ts';
import { withWeights } from './istio-weights.ts';
import type { Routed, RoutedObject, Router, Routing } from './router.ts';
import { canaryServices } from './services.ts';

/** On a DestinationRule: the Rollout that looks after its subsets. */
const MANAGED_BY = 'argo-rollouts.argoproj.io/managed-by-rollouts';
const GROUP = 'networking.istio.io';

/**
 * Istio: weights of the destinations of VirtualServices, and subsets of a DestinationRule.
 *
 * Unlike Argo's, it writes nothing, and tells nothing, where nothing changes.
 * @source rollout/trafficrouting/istio/istio.go of argoproj/argo-rollouts
 */
export const istio: Router = {
  type: 'Istio',
  references: istioReferences,

  needs(rollout) {
    const rule = ruleOf(rollout);
    return [...virtualServicesOf(rollout).map(({ object }) => object), ...(rule ? [rule] : [])];
  },

  setWeight(routing, weight, additional) {
    const { rollout } = routing;
    const parties = partiesOf(rollout);
    const managed = managedOf(rollout);
    for (const { object, asked } of virtualServicesOf(rollout)) {
      const before = find(routing, object);
      const chosen = chooseRoutes(before, asked, new Set(managed), parties);
      const mirrors = (routesOf(before, 'http') ?? []).flatMap((route, index) =>
        isObject(route['mirror']) && managed.includes(nameOf(route)) ? [index] : [],
      );
      const weighted = { ...chosen, http: [...chosen.http, ...mirrors] };
      const after = (['http', 'tls', 'tcp'] as const).reduce<RoutedObject>((changed, protocol) => {
        const routes = routesOf(before, protocol);
        if (!routes) return changed;
        const isWeighted = new Set(weighted[protocol]);
        const next = routes.map((route, index) =>
          isWeighted.has(index) ? withWeights(route, weight, parties, additional) : route,
        );
        const isSame = next.every((route, index) => route === routes[index]);
        if (isSame) return changed;
        return withRoutes(changed, protocol, protocol === 'http' ? inOrder(next, managed) : next);
      }, before);
      replace(routing, before, after, `set to desiredWeight '${weight}'`);
    }
  },

  verifyWeight: () => undefined,

  updateHash(routing, canaryHash, stableHash, additional) {
    const late = findLate(routing, canaryHash, stableHash);
    if (late) {
      const { name = '' } = late.metadata;
      throw new StepFailure(`delaying destination rule switch: ReplicaSet ${name} not fully available`);
    }
    const { destinationRule: rule } = istioOf(routing.rollout);
    const object = ruleOf(routing.rollout);
    if (!rule || !object) return;
    const before = findRule(routing, object);
    const spec = isObject(before.spec) ? before.spec : {};
    const subsets = Array.isArray(spec['subsets']) ? spec['subsets'].filter(isObject) : [];
    const hashes = { canary: canaryHash, stable: stableHash };
    const annotations = { ...before.metadata.annotations, [MANAGED_BY]: routing.rollout.metadata.name ?? '' };
    const after = {
      ...before,
      metadata: { ...before.metadata, annotations },
      spec: { ...spec, subsets: withHashes(subsets, rule, hashes, additional) },
    };
    if (!isChanged(before, after)) return;
    routing.replace(before, after);
    const { name, canarySubsetName: canary, stableSubsetName: stable } = rule;
    const said = `DestinationRule ${name} subset updated (${canary}: ${canaryHash}, ${stable}: ${stableHash})`;
    routing.note('UpdatedDestinationRule', said);
  },

  setHeaderRoute(routing, step) {
    const { name = '' } = step;
    setRoute(routing, HEADER, { name, isWanted: step.match !== undefined }, (routes, asked, host) => [
      ...routes,
      headerRoute(step, host, findWeightedOrNone(routes, asked)),
    ]);
  },

  setMirrorRoute(routing, step) {
    setRoute(routing, MIRROR, { name: step.name, isWanted: step.match !== undefined }, (routes, asked, host) => [
      mirrorRoute(step, host, findWeighted(routes, asked.routes ?? [])),
      ...routes,
    ]);
  },

  removeManagedRoutes(routing) {
    const { rollout } = routing;
    const steps = rollout.spec.strategy?.canary?.steps ?? [];
    const made = steps.flatMap(
      ({ setHeaderRoute, setMirrorRoute }) => setHeaderRoute?.name ?? setMirrorRoute?.name ?? [],
    );
    const gone = new Set([...managedOf(rollout), ...made]);
    for (const { object } of virtualServicesOf(rollout)) {
      const before = routing.find(object);
      if (!before) {
        warnOfMissing(routing, object);
        continue;
      }
      const routes = within('[RemoveManagedRoutes] failed to get http routes from virtual service', () =>
        httpOrNone(before),
      );
      const left = routes?.filter((route) => !gone.has(nameOf(route)));
      if (!routes || left?.length === routes.length) continue;
      within('[RemoveManagedRoutes] failed to update kubernetes virtual service', () =>
        replace(routing, before, withRoutes(before, 'http', left ?? []), 'removed all managed routes.'),
      );
    }
  },
};

interface Way {
  readonly call: string;
  readonly reconcile: string;
  readonly said: string;
  readonly failure: { readonly find: string; readonly make: string; readonly write: string };
}

/** How the two calls that make routes of their own are named in events and failures. */
const HEADER: Way = {
  call: '[SetHeaderRoute]',
  reconcile: '[reconcileVirtualServiceHeaderRoutes]',
  said: 'headerRoute',
  failure: {
    find: 'failed to get istio virtual service',
    make: 'failed to reconcile header routes',
    write: 'failed to update routes: ',
  },
};
const MIRROR: Way = {
  call: '[SetMirrorRoute]',
  reconcile: '[reconcileVirtualServiceMirrorRoutes]',
  said: 'mirrorRoute',
  failure: {
    find: 'failed to get virtual service',
    make: 'failed reconcile virtual service for mirror routes',
    write: 'failed to update virtual service ',
  },
};

type AddRoute = (
  routes: readonly Json[],
  asked: IstioVirtualService,
  host: { readonly host: string; readonly subset: string },
) => readonly Json[];

/** Puts the route of a step in the place of the one that has its name; or takes that away. */
function setRoute(
  routing: Routing,
  { call, reconcile, said, failure }: Way,
  { name, isWanted }: { readonly name: string; readonly isWanted: boolean },
  add: AddRoute,
): void {
  const managed = managedOf(routing.rollout);
  for (const { object, asked } of virtualServicesOf(routing.rollout)) {
    const before = within(`${call} ${failure.find}`, () => find(routing, object));
    const after = within(`${call} ${failure.make}`, () => {
      const host =
        said === MIRROR.said
          ? within(`${reconcile} failed to get destination rule host`, () => canaryHost(routing))
          : canaryHost(routing);
      const what = `${reconcile} failed to remove ${isWanted ? 'http route' : 'route'} from virtual service`;
      const others = within(what, () => requireHttp(before)).filter((route) => nameOf(route) !== name);
      return withRoutes(before, 'http', inOrder(isWanted ? add(others, asked, host) : others, managed));
    });
    try {
      replace(routing, before, after, `set ${said} '${name}'`);
    } catch (error) {
      throw error instanceof StepFailure ? new StepFailure(`${call} ${failure.write}${error.message}`) : error;
    }
  }
}

/** Where a header route is for a port, any route will do; and none is needed. */
function findWeightedOrNone(routes: readonly Json[], { routes: names = [] }: IstioVirtualService): Json | undefined {
  try {
    return findWeighted(routes, names);
  } catch (error) {
    if (error instanceof StepFailure) return undefined;
    throw error;
  }
}

function canaryHost(routing: Routing): { readonly host: string; readonly subset: string } {
  const { destinationRule } = istioOf(routing.rollout);
  const object = ruleOf(routing.rollout);
  const { canary } = canaryServices(routing.rollout);
  if (!object) return { host: canary, subset: '' };
  const { spec } = findRule(routing, object);
  const host = isObject(spec) && typeof spec['host'] === 'string' ? spec['host'] : '';
  return { host: host || canary, subset: destinationRule?.canarySubsetName ?? '' };
}

/** @throws StepFailure as Go's accessor says it */
function requireHttp(object: RoutedObject): readonly Json[] {
  const routes = within('[removeRoute] failed to get http routes from virtual service', () => httpOrNone(object));
  if (!routes) throw new StepFailure('spec.http not found');
  return routes;
}

function httpOrNone(object: RoutedObject): readonly Json[] | undefined {
  return listAt(object, 'spec', 'http') && routesOf(object, 'http');
}

/** @throws StepFailure where there is none, after a warning */
function find(routing: Routing, object: Routed): RoutedObject {
  const found = routing.find(object);
  if (found) return found;
  warnOfMissing(routing, object);
  throw new StepFailure(`virtualservices.${GROUP} "${object.name}" not found`);
}

function warnOfMissing(routing: Routing, { name }: Routed): void {
  routing.warn('VirtualServiceNotFound', `VirtualService \`${name}\` not found`);
}

function findRule(routing: Routing, object: Routed): RoutedObject {
  const found = routing.find(object);
  if (found) return found;
  routing.warn('DestinationRuleNotFound', `DestinationRule \`${object.name}\` not found`);
  throw new StepFailure(`destinationrules.${GROUP} "${object.name}" not found`);
}

/** Nothing is written, and nothing told, where nothing changes. */
function replace(routing: Routing, before: RoutedObject, after: RoutedObject, said: string): void {
  if (!isChanged(before, after)) return;
  routing.replace(before, after);
  routing.note('Updated VirtualService', `VirtualService \`${before.metadata.name ?? ''}\` ${said}`);
}

function isChanged(before: RoutedObject, after: RoutedObject): boolean {
  return before !== after && mergePatch({ ...before }, { ...after }) !== undefined;
}

function withRoutes(object: RoutedObject, protocol: string, routes: readonly Json[]): RoutedObject {
  return { ...object, spec: { ...(isObject(object.spec) ? object.spec : {}), [protocol]: routes } };
}

function istioOf({ spec }: Rollout): IstioTrafficRouting {
  return spec.strategy?.canary?.trafficRouting?.istio ?? {};
}

function partiesOf(rollout: Rollout): Parties {
  return { services: canaryServices(rollout), rule: istioOf(rollout).destinationRule };
}

function managedOf({ spec }: Rollout): readonly string[] {
  return (spec.strategy?.canary?.trafficRouting?.managedRoutes ?? []).map(({ name }) => name);
}

function ruleOf(rollout: Rollout): Routed | undefined {
  const { destinationRule } = istioOf(rollout);
  const { namespace = '' } = rollout.metadata;
  return destinationRule && { kind: 'DestinationRule', namespace, name: destinationRule.name };
}
