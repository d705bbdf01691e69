import type { RouteMatch, SetHeaderRoute, SetMirrorRoute, StringMatch } from '../../model/canary-step.ts';
import { isObject } from '../../model/is-object.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { chooseHttp, destinationsOf, type Json, nameOf } from './istio-routes.ts';

/** Where requests that match go to. */
export interface CanaryHost {
  readonly host: string;
  readonly subset: string;
}

/** The route of a step that sends requests with certain headers to the canary. */
export function headerRoute(
  { name = '', match = [] }: SetHeaderRoute,
  { host, subset }: CanaryHost,
  weighted: Json | undefined,
): Json {
  const port = portOf(weighted);
  const destination = { host, ...(port !== undefined && { port: { number: port } }), ...(subset && { subset }) };
  const matches = match.map(({ headerName, headerValue }) => ({
    headers: { [headerName]: withoutEmpty(headerValue) },
  }));
  return { name, match: matches, route: [{ weight: 100, destination }] };
}

/**
 * The route of a step that mirrors requests to the canary; what it answers itself is split by weight, as before.
 * @throws StepFailure where no route has the weights (Argo's controller crashes there)
 */
export function mirrorRoute(
  { name, match = [], percentage = 100 }: SetMirrorRoute,
  { host, subset }: CanaryHost,
  weighted: Json | undefined,
): Json {
  const destinations = weighted ? destinationsOf(weighted) : [];
  if (destinations.length === 0) throw new StepFailure(`no HTTP route whose weights mirror route '${name}' could have`);
  const port = portOf(weighted);
  return {
    name,
    match: match.map(istioMatch),
    route: destinations.map(knownPart),
    mirror: { host, ...(subset && { subset }), ...(port !== undefined && { port: { number: port } }) },
    mirrorPercentage: { value: percentage },
  };
}

function istioMatch({ method, path, headers = {} }: RouteMatch): Json {
  const names = Object.keys(headers);
  return {
    ...(method && { method: withoutEmpty(method) }),
    ...(path && { uri: withoutEmpty(path) }),
    ...(names.length > 0 && {
      headers: Object.fromEntries(names.map((header) => [header, withoutEmpty(headers[header] ?? {})])),
    }),
  };
}

function withoutEmpty(match: StringMatch): Json {
  return Object.fromEntries(Object.entries(match).filter(([, text]) => text !== ''));
}

/** A destination without what is not known of it, as Argo copies it. */
function knownPart({ destination, weight }: Json): Json {
  const { host, subset, port } = isObject(destination) ? destination : {};
  const number = isObject(port) ? port['number'] : undefined;
  const known = {
    ...(typeof host === 'string' && host !== '' && { host }),
    ...(typeof subset === 'string' && subset !== '' && { subset }),
    ...(isObject(port) && { port: number === undefined ? {} : { number } }),
  };
  return { destination: known, ...(typeof weight === 'number' && weight !== 0 && { weight }) };
}

/** The port of the first destination of a route. */
function portOf(weighted: Json | undefined): number | undefined {
  const first = weighted && destinationsOf(weighted)[0]?.['destination'];
  const port = isObject(first) ? first['port'] : undefined;
  const number = isObject(port) ? port['number'] : undefined;
  return typeof number === 'number' && number > 0 ? number : undefined;
}

/** The first of the routes that have the weights. */
export function findWeighted(routes: readonly Json[], names: readonly string[]): Json | undefined {
  const [index] = chooseHttp(names, routes);
  return index === undefined ? undefined : routes[index];
}

/**
 * Managed routes first, in the order of the Rollout's list; the others after them, as they were. (In Argo, routes
 * without a name, and those that share one, are multiplied here.)
 */
export function inOrder(routes: readonly Json[], managed: readonly string[]): readonly Json[] {
  const first = managed.flatMap((name) => routes.filter((route) => nameOf(route) === name));
  const ordered = [...new Set([...first, ...routes])];
  return ordered.every((route, index) => route === routes[index]) ? routes : ordered;
}
