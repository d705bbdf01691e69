import { writerOf } from '../../expression/go/json-fields.ts';
import type { CanaryStep, SetHeaderRoute, SetMirrorRoute, StringMatch } from '../../model/canary-step.ts';
import type { CanaryStrategy } from '../../model/rollout-strategy.ts';
import type { TrafficRouting } from '../../model/traffic-routing.ts';
import { HEADER_ROUTE, MIRROR_ROUTE, STRING_MATCH } from '../step-form.ts';
import { invalid, invalidJson, required } from './field-error.ts';
import { isRoutedByAny } from './routed-by-any.ts';

const headerRouteJson = writerOf(HEADER_ROUTE);
const mirrorRouteJson = writerOf(MIRROR_ROUTE);
const stringMatchJson = writerOf(STRING_MATCH);

const NO_VALUE = 'StringMatch value missed, match value must have one of the following: exact, regex, prefix';
const SEVERAL_VALUES = 'StringMatch match value must have exactly one of the following: exact, regex, prefix';

/** What is wrong with the routes that a step sets, by themselves. */
export function routeProblems(
  { trafficRouting }: CanaryStrategy,
  { setHeaderRoute, setMirrorRoute }: CanaryStep,
  at: string,
): string[] {
  return [
    ...(setHeaderRoute === undefined ? [] : headerProblems(setHeaderRoute, trafficRouting, `${at}.setHeaderRoute`)),
    ...(setMirrorRoute === undefined ? [] : mirrorProblems(setMirrorRoute, trafficRouting, `${at}.setMirrorRoute`)),
  ];
}

/** What is wrong with their names: `managedRoutes` must have them. */
export function managedRouteProblems(
  { trafficRouting }: CanaryStrategy,
  { setHeaderRoute, setMirrorRoute }: CanaryStep,
  at: string,
  path: string,
): string[] {
  if (trafficRouting === undefined || (setHeaderRoute === undefined && setMirrorRoute === undefined)) return [];
  const { managedRoutes } = trafficRouting;
  if (managedRoutes === undefined) {
    const why = "Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'";
    return [required(`${path}.trafficRouting.managedRoutes`, why)];
  }
  const why = 'Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes';
  const check = (name: string, field: string) =>
    managedRoutes.some((route) => route.name === name) ? [] : [invalid(`${at}.${field}`, name, why)];
  return [
    ...(setHeaderRoute === undefined ? [] : check(setHeaderRoute.name ?? '', 'setHeaderRoute')),
    ...(setMirrorRoute === undefined ? [] : check(setMirrorRoute.name, 'setMirrorRoute')),
  ];
}

function headerProblems(route: SetHeaderRoute, routing: TrafficRouting | undefined, at: string): string[] {
  if (routing === undefined || !isRoutedByAny(routing, ['istio', 'alb', 'apisix', 'plugins'])) {
    const why = 'SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix';
    return [invalidJson(at, headerRouteJson(route) ?? '{}', why)];
  }
  const check = routing.alb === undefined ? matchProblems : exactProblems;
  return (route.match ?? []).flatMap(({ headerValue }, index) => check(headerValue, `${at}.match[${index}]`));
}

/** Argo looks at the method twice. */
function mirrorProblems(route: SetMirrorRoute, routing: TrafficRouting | undefined, at: string): string[] {
  const problems: string[] = [];
  if (routing === undefined || !isRoutedByAny(routing, ['istio', 'plugins'])) {
    const why = 'SetMirrorRoute requires TrafficRouting, supports Istio and Plugins';
    problems.push(invalidJson(at, mirrorRouteJson(route) ?? '{}', why));
  }
  const matches = (route.match ?? []).flatMap(({ method, path }, index) =>
    [method, path, method].flatMap((match) =>
      match === undefined ? [] : matchProblems(match, `${at}.match[${index}]`),
    ),
  );
  return [...problems, ...matches];
}

function matchProblems(match: StringMatch | undefined, at: string): string[] {
  if (match === undefined) return [invalidJson(at, 'null', NO_VALUE)];
  const given = [match.exact, match.regex, match.prefix].filter((value) => (value ?? '') !== '');
  if (given.length === 1) return [];
  return [invalidJson(at, stringMatchJson(match) ?? '{}', given.length === 0 ? NO_VALUE : SEVERAL_VALUES)];
}

/** ALB knows whole values only. */
function exactProblems(match: StringMatch | undefined, at: string): string[] {
  if (match === undefined) return [invalidJson(at, 'null', NO_VALUE)];
  const { exact = '', regex = '', prefix = '' } = match;
  if (exact !== '' && regex === '' && prefix === '') return [];
  const why = "SetHeaderRoute match value invalid. ALB supports 'exact' value only";
  return [invalidJson(at, stringMatchJson(match) ?? '{}', why)];
}
