import { z } from 'zod';
import { flag, list, text, textMap } from './schema.ts';

const route = z.object({
  name: text('Name of the route.').exactOptional(),
  useHeaderRoutes: flag('Whether steps may add rules for headers to it.').exactOptional(),
});

const selector = z.object({
  matchLabels: textMap('Labels that a route must have.').exactOptional(),
  matchExpressions: list(
    z.object({
      key: text('Label.'),
      operator: text('In, NotIn, Exists or DoesNotExist.'),
      values: list(z.string(), 'Values of the label.').exactOptional(),
    }),
    'Further requirements, all of which must hold.',
  ).exactOptional(),
});

/**
 * What `trafficRouting.plugins["argoproj-labs/gatewayAPI"]` says. No part of the CRD, which takes anything there: the
 * router reads it, and passes over what it does not know.
 *
 * @source GatewayAPITrafficRouting in pkg/plugin/types.go of argoproj-labs/rollouts-plugin-trafficrouter-gatewayapi
 */
export const gatewayApiRouting = z.object({
  httpRoute: text('HTTPRoute whose weights are set.').exactOptional(),
  grpcRoute: text('GRPCRoute whose weights are set.').exactOptional(),
  tcpRoute: text('TCPRoute whose weights are set.').exactOptional(),
  tlsRoute: text('TLSRoute whose weights are set.').exactOptional(),
  namespace: text('Namespace of the routes (default: that of the Rollout).').exactOptional(),
  httpRoutes: list(route, 'Several HTTPRoutes.').exactOptional(),
  grpcRoutes: list(route, 'Several GRPCRoutes.').exactOptional(),
  tcpRoutes: list(route, 'Several TCPRoutes.').exactOptional(),
  tlsRoutes: list(route, 'Several TLSRoutes.').exactOptional(),
  httpRouteSelector: selector.exactOptional(),
  grpcRouteSelector: selector.exactOptional(),
  tcpRouteSelector: selector.exactOptional(),
  tlsRouteSelector: selector.exactOptional(),
  disableInProgressLabel: flag('Whether routes get no label while a canary has traffic.').exactOptional(),
  inProgressLabelKey: text('Label of routes while a canary has traffic.').exactOptional(),
  inProgressLabelValue: text('Value of that label.').exactOptional(),
});
export type GatewayApiRouting = z.infer<typeof gatewayApiRouting>;
