import { ROUTER_ROWS } from '../../model/router-rows.ts';
import { isObject } from '../../model/is-object.ts';
import { gatewayApiRouting, type GatewayApiRouting } from '../../model/gateway-api-routing.ts';
import type { Rollout } from '../../model/rollout.ts';
import { withoutNulls } from '../../model/without-nulls.ts';
import { formatSelector, selectorFailure } from '../selector.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import type { Routed, RoutedList } from './router.ts';

/** The key of the plugin in `trafficRouting.plugins`. */
const GATEWAY_API = ROUTER_ROWS.gatewayAPI.plugin;

/** In the order in which they are written. */
export const ROUTE_KINDS = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'] as const;
export type RouteKind = (typeof ROUTE_KINDS)[number];

/** The fields of each kind: one name, a list, a selector. */
const FIELDS = {
  HTTPRoute: ['httpRoute', 'httpRoutes', 'httpRouteSelector'],
  GRPCRoute: ['grpcRoute', 'grpcRoutes', 'grpcRouteSelector'],
  TCPRoute: ['tcpRoute', 'tcpRoutes', 'tcpRouteSelector'],
  TLSRoute: ['tlsRoute', 'tlsRoutes', 'tlsRouteSelector'],
} as const satisfies Record<RouteKind, readonly (keyof GatewayApiRouting)[]>;

/** A route of a Rollout. */
export interface GatewayRoute {
  readonly object: Routed & { readonly kind: RouteKind };
  /** Whether steps may add rules for headers to it. */
  readonly usesHeaders: boolean;
}

/** What a Rollout asks of the Gateway API. */
export interface GatewayConfig {
  readonly named: readonly GatewayRoute[];
  readonly selected: readonly (RoutedList & { readonly kind: RouteKind })[];
  /** Why one of the selectors cannot be used; undefined: all can. */
  readonly selectorProblem: string | undefined;
  /** What routes have while the canary has traffic; undefined: none. */
  readonly label: { readonly key: string; readonly value: string } | undefined;
}

/** @throws StepFailure where it is not as it has to be, in the words of Go's decoder */
export function gatewayConfigOf({ metadata, spec }: Rollout): GatewayConfig {
  const config = decode(spec.strategy?.canary?.trafficRouting?.plugins?.[GATEWAY_API]);
  const namespace = config.namespace || (metadata.namespace ?? '');
  const selectors = ROUTE_KINDS.flatMap((kind) => {
    const selector = config[FIELDS[kind][2]];
    return selector ? [{ kind, selector }] : [];
  });
  const { disableInProgressLabel, inProgressLabelKey, inProgressLabelValue } = config;
  const key = inProgressLabelKey || 'rollouts.argoproj.io/gatewayapi-canary';
  return {
    named: ROUTE_KINDS.flatMap((kind) => {
      const [one, several] = FIELDS[kind];
      const routes = (config[several] ?? []).map(({ name = '', useHeaderRoutes: usesHeaders = false }) => {
        return { object: { kind, namespace, name }, usesHeaders };
      });
      const name = config[one] ?? '';
      return name === '' ? routes : [...routes, { object: { kind, namespace, name }, usesHeaders: true }];
    }),
    selected: selectors.map(({ kind, selector }) => {
      const isEmpty = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
      return { kind, namespace, labelSelector: isEmpty ? '' : formatSelector(selector) };
    }),
    selectorProblem: selectors
      .map(({ selector }) => selectorFailure(selector))
      .find((problem) => problem !== undefined),
    label: disableInProgressLabel === true ? undefined : { key, value: inProgressLabelValue || 'in-progress' },
  };
}

function decode(value: unknown): GatewayApiRouting {
  const { data, error } = gatewayApiRouting.safeParse(withoutNulls(value) ?? {}, { reportInput: true });
  if (data) return data;
  const [issue] = error.issues;
  const path = (issue?.path ?? []).filter((key) => typeof key === 'string');
  const expected = issue?.code === 'invalid_type' ? issue.expected : '';
  throw new StepFailure(
    `json: cannot unmarshal ${jsonType(issue?.input)} into ${goField(path)} of type ${goType(expected, path)}`,
  );
}

function jsonType(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  if (isObject(value)) return 'object';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Go names the innermost type, and all fields down to it. */
function goField(path: readonly string[]): string {
  const [first = '', ...rest] = path;
  if (first === '') return 'Go value';
  const parent = rest.length === 0 ? 'GatewayAPITrafficRouting' : goStruct(first);
  return `Go struct field ${parent}.${path.join('.')}`;
}

function goType(expected: string, path: readonly string[]): string {
  const [first = '', ...rest] = path;
  if (expected === 'string') return 'string';
  if (expected === 'boolean') return 'bool';
  if (first === '') return 'plugin.GatewayAPITrafficRouting';
  if (first.endsWith('Selector')) {
    if (rest.length === 0) return 'v1.LabelSelector';
    return expected === 'array' ? '[]v1.LabelSelectorRequirement' : 'map[string]string';
  }
  return `${expected === 'array' ? '[]' : ''}plugin.${goStruct(first)}`;
}

/** `httpRoutes`: `HTTPRoute`. */
function goStruct(field: string): string {
  return ROUTE_KINDS.find((kind) => FIELDS[kind][1] === field) ?? 'LabelSelector';
}
