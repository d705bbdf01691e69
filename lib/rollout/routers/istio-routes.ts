import { isObject } from '../../model/is-object.ts';
import type { IstioDestinationRule, IstioVirtualService } from '../../model/traffic-routing.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import type { CanaryServices } from './services.ts';

/** A route, or a part of one, as somebody wrote it: whatever is not known here is kept. */
export type Json = Readonly<Record<string, unknown>>;

export type Protocol = 'http' | 'tls' | 'tcp';

/** What tells the destinations of both versions, and those of others, apart. */
export interface Parties {
  readonly services: CanaryServices;
  readonly rule: IstioDestinationRule | undefined;
}

/** The routes of one protocol; undefined where there is no list of them. */
export function routesOf(virtualService: { readonly spec?: unknown }, protocol: Protocol): readonly Json[] | undefined {
  const routes = isObject(virtualService.spec) ? virtualService.spec[protocol] : undefined;
  if (!Array.isArray(routes)) return undefined;
  if (routes.every(isObject)) return routes;
  throw new StepFailure(`Invalid casting: field '${protocol}[]' is not of type 'map[string]interface'`);
}

/** The name of a route; empty where it has none. */
export function nameOf({ name }: Json): string {
  return typeof name === 'string' ? name : '';
}

export function destinationsOf({ route }: Json): readonly Json[] {
  return Array.isArray(route) ? route.filter(isObject) : [];
}

/** A host up to its first dot. */
export function hostOf({ destination }: Json): string {
  const host = isObject(destination) && typeof destination['host'] === 'string' ? destination['host'] : '';
  return host.split('.')[0] ?? '';
}

export function subsetOf({ destination }: Json): string {
  return isObject(destination) && typeof destination['subset'] === 'string' ? destination['subset'] : '';
}

export function weightOf({ weight }: Json): number {
  return typeof weight === 'number' ? weight : 0;
}

/**
 * Which HTTP routes have the weights: those that are named; else the only one, or the first without a name.
 * @throws StepFailure where a name is nobody's
 */
export function chooseHttp(names: readonly string[], routes: readonly Json[]): readonly number[] {
  if (names.length === 0) {
    const index = routes.length === 1 ? 0 : routes.findIndex((route) => nameOf(route) === '');
    return index === -1 ? [] : [index];
  }
  return names.map((name) => {
    const index = routes.findIndex((route) => nameOf(route) === name);
    if (index === -1) throw new StepFailure(`HTTP Route '${name}' is not found in the defined Virtual Service.`);
    return index;
  });
}

/**
 * Which TLS or TCP routes have the weights: those with a port, and for TLS exactly these hosts; else the first.
 * @throws StepFailure where none is like that
 */
export function chooseByPort(
  protocol: 'tls' | 'tcp',
  wanted: readonly { readonly port?: number; readonly sniHosts?: readonly string[] }[],
  routes: readonly Json[],
): readonly number[] {
  if (wanted.length === 0) return routes.length === 0 ? [] : [0];
  return wanted.flatMap(({ port = 0, sniHosts = [] }) => {
    const indexes = routes.flatMap((route, index) => {
      const isLike = portOf(route) === port && (protocol === 'tcp' || isSame(hostsOf(route), sniHosts));
      return isLike ? [index] : [];
    });
    if (indexes.length > 0) return indexes;
    throw new StepFailure(`No matching ${protocol.toUpperCase()} routes found in the defined Virtual Service.`);
  });
}

function matchesOf({ match }: Json): readonly Json[] {
  return Array.isArray(match) ? match.filter(isObject) : [];
}

/** The one port of a route's matches, 0 for none; undefined where they have several. */
function portOf(route: Json): number | undefined {
  const ports = new Set(matchesOf(route).map(({ port }) => (typeof port === 'number' ? port : 0)));
  const [port = 0] = ports;
  return ports.size > 1 ? undefined : port;
}

function hostsOf(route: Json): readonly unknown[] {
  return matchesOf(route).flatMap(({ sniHosts }): unknown[] => (Array.isArray(sniHosts) ? sniHosts : []));
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  return new Set([...left, ...right]).size === new Set(left).size && new Set(left).size === right.length;
}

/**
 * Checks that a route that has weights leads to both versions.
 * @throws StepFailure that names the one it does not lead to
 */
export function requireBoth(route: Json, { services, rule }: Parties): void {
  const destinations = destinationsOf(route);
  const leadsTo = (service: string): boolean =>
    service !== '' && destinations.some((destination) => hostOf(destination) === service);
  const hasSubset = (subset: string): boolean =>
    subset !== '' && destinations.some((destination) => subsetOf(destination) === subset);
  if (rule) {
    const { canarySubsetName: canary, stableSubsetName: stable } = rule;
    if (!hasSubset(canary)) throw new StepFailure(`Canary DestinationRule subset '${canary}' not found in route`);
    if (!hasSubset(stable)) throw new StepFailure(`Stable DestinationRule subset '${stable}' not found in route`);
    return;
  }
  const { canary, stable } = services;
  if (!leadsTo(canary)) throw new StepFailure(`Canary Service '${canary}' not found in route`);
  if (!leadsTo(stable)) throw new StepFailure(`Stable Service '${stable}' not found in route`);
}

/** What a Rollout asks of a VirtualService. */
export interface Chosen {
  readonly http: readonly number[];
  readonly tls: readonly number[];
  readonly tcp: readonly number[];
}

/**
 * The routes that have the weights, each of which leads to both versions.
 *
 * @param managed  names of routes that are not chosen by being the only one
 * @throws StepFailure where the choice is not clear
 */
export function chooseRoutes(
  virtualService: { readonly spec?: unknown },
  { routes: names = [], tlsRoutes = [], tcpRoutes = [] }: IstioVirtualService,
  managed: ReadonlySet<string>,
  parties: Parties,
): Chosen {
  const http = routesOf(virtualService, 'http');
  const chosenHttp = http ? chooseHttp(names, http) : [];
  for (const index of chosenHttp) requireBoth(http?.[index] ?? {}, parties);
  const others = (http ?? []).filter((route) => !managed.has(nameOf(route)));
  if (names.length === 0 && others.length > 1) throw isUnclear('http', 'routes');
  const tls = chooseOf('tls', tlsRoutes, virtualService, parties);
  const tcp = chooseOf('tcp', tcpRoutes, virtualService, parties);
  return { http: chosenHttp, tls, tcp };
}

function chooseOf(
  protocol: 'tls' | 'tcp',
  wanted: Parameters<typeof chooseByPort>[1],
  virtualService: { readonly spec?: unknown },
  parties: Parties,
): readonly number[] {
  const routes = routesOf(virtualService, protocol);
  if (!routes) return [];
  const chosen = chooseByPort(protocol, wanted, routes);
  for (const index of chosen) requireBoth(routes[index] ?? {}, parties);
  if (wanted.length === 0 && routes.length > 1) throw isUnclear(protocol, `${protocol}Routes`);
  return chosen;
}

function isUnclear(protocol: Protocol, field: string): StepFailure {
  return new StepFailure(
    `spec.${protocol}[] should be set in VirtualService and it must have exactly one route when omitting spec.strategy.canary.trafficRouting.istio.virtualService.${field}`,
  );
}
