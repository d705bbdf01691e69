import { z } from 'zod';
import { anyObject, flag, int32, int64, list, text, textMap } from './schema.ts';

const names = (description: string) => list(z.string(), description);

const istioVirtualService = z.strictObject({
  name: text('Name, or namespace/name.'),
  routes: names('Names of its HTTP routes (default: the only one).').exactOptional(),
  tlsRoutes: list(
    z.strictObject({
      port: int64('Port of the route.').exactOptional(),
      sniHosts: names('All hosts of the route.').exactOptional(),
    }),
    'Its TLS routes.',
  ).exactOptional(),
  tcpRoutes: list(
    z.strictObject({ port: int64('Port of the route.').exactOptional() }),
    'Its TCP routes.',
  ).exactOptional(),
});
export type IstioVirtualService = z.infer<typeof istioVirtualService>;

const istioDestinationRule = z
  .strictObject({
    name: text('Name of the DestinationRule.'),
    canarySubsetName: text('Name of the subset of the canary.'),
    stableSubsetName: text('Name of the subset of the stable pods.'),
    additionalSubsetNames: names('Further subsets, which are left alone.').exactOptional(),
  })
  .describe('DestinationRule whose subsets are kept up to date.');
export type IstioDestinationRule = z.infer<typeof istioDestinationRule>;

const istio = z
  .strictObject({
    virtualService: istioVirtualService.describe('VirtualService whose weights are set.').exactOptional(),
    destinationRule: istioDestinationRule.exactOptional(),
    virtualServices: list(istioVirtualService, 'Several VirtualServices.').exactOptional(),
  })
  .describe('Istio.');
export type IstioTrafficRouting = z.infer<typeof istio>;

const nginx = z
  .strictObject({
    annotationPrefix: text('Prefix of the annotations (default nginx.ingress.kubernetes.io).').exactOptional(),
    stableIngress: text('Ingress of the stable Service.').exactOptional(),
    additionalIngressAnnotations: textMap('Annotations of the canary Ingress, with the prefix added.').exactOptional(),
    stableIngresses: names('Several Ingresses of the stable Service.').exactOptional(),
    canaryIngressAnnotations: textMap('Annotations of the canary Ingress, as they stand.').exactOptional(),
  })
  .describe('NGINX Ingress Controller.');

const alb = z
  .strictObject({
    ingress: text('Ingress of the load balancer.').exactOptional(),
    servicePort: int32('Port of the Service.'),
    rootService: text('Service that the Ingress names (default: the stable one).').exactOptional(),
    annotationPrefix: text('Prefix of the annotations (default alb.ingress.kubernetes.io).').exactOptional(),
    stickinessConfig: z
      .strictObject({
        enabled: flag('Whether a client stays with the pods that it came to.'),
        durationSeconds: int64('For how many seconds.'),
      })
      .describe('Stickiness of the target groups.')
      .exactOptional(),
    ingresses: names('Several Ingresses.').exactOptional(),
  })
  .describe('AWS Load Balancer Controller.');

const smi = z
  .strictObject({
    rootService: text('Service that clients use (default: the stable one).').exactOptional(),
    trafficSplitName: text('Name of the TrafficSplit (default: that of the Rollout).').exactOptional(),
  })
  .describe('Service Mesh Interface.');

const ambassador = z
  .strictObject({ mappings: names('Names of the Mappings of the stable Service.') })
  .describe('Ambassador.');

const nodeReference = (description: string) =>
  z.strictObject({ name: text('Name of the virtual node.') }).describe(description);

const appMesh = z
  .strictObject({
    virtualService: z
      .strictObject({
        name: text('Name of the virtual service.'),
        routes: names('Names of the routes of its virtual router (default: all).').exactOptional(),
      })
      .describe('Virtual service whose routes are weighted.')
      .exactOptional(),
    virtualNodeGroup: z
      .strictObject({
        canaryVirtualNodeRef: nodeReference('Virtual node of the canary.'),
        stableVirtualNodeRef: nodeReference('Virtual node of the stable pods.'),
      })
      .describe('Virtual nodes whose selectors are kept up to date.')
      .exactOptional(),
  })
  .describe('AWS App Mesh.');

const traefik = z
  .strictObject({ weightedTraefikServiceName: text('Name of the weighted TraefikService.') })
  .describe('Traefik.');

const apisix = z
  .strictObject({
    route: z
      .strictObject({
        name: text('Name of the ApisixRoute.'),
        rules: names('Names of its rules (default: the only one).').exactOptional(),
      })
      .describe('ApisixRoute whose weights are set.')
      .exactOptional(),
  })
  .describe('Apache APISIX.');

const managedRoute = z.strictObject({ name: text('Name of the route.') });

/**
 * How traffic is split between the pods.
 * @source RolloutTrafficRouting in pkg/apis/rollouts/v1alpha1/types.go of argoproj/argo-rollouts
 */
export const trafficRouting = z
  .strictObject({
    istio: istio.exactOptional(),
    nginx: nginx.exactOptional(),
    alb: alb.exactOptional(),
    smi: smi.exactOptional(),
    ambassador: ambassador.exactOptional(),
    appMesh: appMesh.exactOptional(),
    traefik: traefik.exactOptional(),
    managedRoutes: list(managedRoute, 'Routes that steps may add and remove, by precedence.').exactOptional(),
    apisix: apisix.exactOptional(),
    plugins: anyObject('What each traffic router plugin is told, by its name.').exactOptional(),
    maxTrafficWeight: int32('Weight of all traffic together (default 100).').exactOptional(),
  })
  .describe('Splits traffic by weight instead of by the number of pods.');
export type TrafficRouting = z.infer<typeof trafficRouting>;
