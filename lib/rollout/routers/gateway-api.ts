import type { Rollout } from '../../model/rollout.ts';
import { mergePatch } from '../../model/merge-patch.ts';
import { StepFailure, within } from '../../workload/step-failure.ts';
import { type GatewayConfig, gatewayConfigOf, type GatewayRoute, ROUTE_KINDS } from './gateway-api-config.ts';
import { experimentServices, withExperiment } from './gateway-api-experiments.ts';
import { headerOf, withHeaderRoute } from './gateway-api-headers.ts';
import { type HeaderKind, isManaged, rulesOf, withRules, withWeights } from './gateway-api-rules.ts';
import { type Routed, type RoutedObject, type Router, type Routing, WEIGHTS_ALONE } from './router.ts';
import { canaryServices } from './services.ts';

const GROUP = 'gateway.networking.k8s.io';
const PLURALS = {
  HTTPRoute: 'httproutes',
  GRPCRoute: 'grpcroutes',
  TCPRoute: 'tcproutes',
  TLSRoute: 'tlsroutes',
} as const;
const NOTHING_NAMED =
  "No routes configured. At least one of 'httpRoutes', 'grpcRoutes', 'tcpRoutes', 'tlsRoutes', 'httpRoute', 'grpcRoute', 'tcpRoute' or 'tlsRoute' must be set";

/**
 * The Gateway API: weights of the backends of HTTPRoutes, GRPCRoutes, TCPRoutes and TLSRoutes, and rules for headers in
 * the first two. What Argo has as the plugin `argoproj-labs/gatewayAPI`, from the same place of the Rollout.
 *
 * Unlike the plugin, it writes nothing where nothing changes, and keeps fields that are not known.
 * @source pkg/plugin of argoproj-labs/rollouts-plugin-trafficrouter-gatewayapi
 */
export const gatewayApi: Router = {
  ...WEIGHTS_ALONE,
  type: 'GatewayAPI',

  needs(rollout) {
    const named = (configOrNone(rollout)?.named ?? []).map(({ object }) => object);
    return [...named.filter(({ name }) => name !== ''), ...experimentServices(rollout)];
  },

  lists(rollout) {
    const { selected, selectorProblem } = configOrNone(rollout) ?? {};
    return selectorProblem === undefined ? (selected ?? []) : [];
  },

  setWeight(routing, weight, additional) {
    within('failed to set weight via plugin', () => {
      const { rollout } = routing;
      const { routes, label } = openRoutes(routing);
      if (routes.length === 0) throw new StepFailure(NOTHING_NAMED);
      for (const { object } of routes) {
        const before = find(routing, object);
        const how = { weight, managed: managedOf(rollout) };
        const rules = withWeights(object.kind, rulesOf(before), canaryServices(rollout), how);
        const all = object.kind === 'HTTPRoute' ? withExperiment(routing, rules, additional) : rules;
        replace(routing, before, withLabel(withRules(before, all), weight, label));
      }
    });
  },

  verifyWeight: () => true,

  setHeaderRoute(routing, { name = '', match }) {
    within('failed to set header route via plugin', () => {
      for (const object of headerRoutesOf(routing)) {
        if (!match) {
          removeManaged(routing, object);
          continue;
        }
        const headers = match.map(headerOf);
        const before = find(routing, object);
        const services = canaryServices(routing.rollout);
        const rules = withHeaderRoute(object.kind, rulesOf(before), services, { name, headers });
        replace(routing, before, withRules(before, rules));
      }
    });
  },

  removeManagedRoutes(routing) {
    within('failed to remove managed routes via plugin', () => {
      for (const object of headerRoutesOf(routing)) removeManaged(routing, object);
    });
  },
};

/** One that cannot be read is told when it is needed. */
function configOrNone(rollout: Rollout): GatewayConfig | undefined {
  try {
    return gatewayConfigOf(rollout);
  } catch (error) {
    if (error instanceof StepFailure) return undefined;
    throw error;
  }
}

/**
 * All routes, those that are named before those that are found by their labels, kind by kind.
 * @throws StepFailure where that cannot be told
 */
function openRoutes(routing: Routing): { readonly routes: readonly GatewayRoute[] } & Pick<GatewayConfig, 'label'> {
  const { named, selected, selectorProblem, label } = gatewayConfigOf(routing.rollout);
  if (selectorProblem !== undefined) throw new StepFailure(selectorProblem);
  const found = selected.flatMap((list) =>
    routing.list(list).map((name) => {
      return { object: { kind: list.kind, namespace: list.namespace, name }, usesHeaders: false };
    }),
  );
  const all: readonly GatewayRoute[] = [...named, ...found];
  return { routes: ROUTE_KINDS.flatMap((kind) => all.filter(({ object }) => object.kind === kind)), label };
}

function headerRoutesOf(routing: Routing): readonly (Routed & { readonly kind: HeaderKind })[] {
  return openRoutes(routing).routes.flatMap(({ object: { kind, ...object }, usesHeaders }) =>
    usesHeaders && (kind === 'HTTPRoute' || kind === 'GRPCRoute') ? [{ kind, ...object }] : [],
  );
}

/** All rules that steps have added, and those that lead to the canary alone. */
function removeManaged(routing: Routing, object: Routed & { readonly kind: HeaderKind }): void {
  const before = find(routing, object);
  const { canary } = canaryServices(routing.rollout);
  const managed = managedOf(routing.rollout);
  const rules = rulesOf(before);
  const left = rules.filter((rule) => !isManaged(rule, managed, canary));
  if (left.length < rules.length) replace(routing, before, withRules(before, left));
}

/** A label is there while the canary has traffic. */
function withLabel(route: RoutedObject, weight: number, label: GatewayConfig['label']): RoutedObject {
  if (!label) return route;
  const { labels, ...metadata } = route.metadata;
  if (weight !== 0) return { ...route, metadata: { ...metadata, labels: { ...labels, [label.key]: label.value } } };
  if (labels?.[label.key] === undefined) return route;
  const { [label.key]: _gone, ...left } = labels;
  return { ...route, metadata: Object.keys(left).length === 0 ? metadata : { ...metadata, labels: left } };
}

function find(routing: Routing, object: Routed & { readonly kind: keyof typeof PLURALS }): RoutedObject {
  const found = routing.find(object);
  if (!found) throw new StepFailure(`${PLURALS[object.kind]}.${GROUP} "${object.name}" not found`);
  return found;
}

function replace(routing: Routing, before: RoutedObject, after: RoutedObject): void {
  if (mergePatch({ ...before }, { ...after })) routing.replace(before, after);
}

function managedOf({ spec }: Rollout): ReadonlySet<string> {
  return new Set((spec.strategy?.canary?.trafficRouting?.managedRoutes ?? []).map(({ name }) => name));
}
