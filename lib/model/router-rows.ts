import type { ResourceType } from './resource-type.ts';

/** What is to be known of a traffic router by all who do not split traffic: who speaks to the API, and who asks for rights. */
export interface RouterRow {
  /**
   * The versions of its API that it knows. Settings of a cluster choose one, else it is the first; resources that stand
   * in the first go along, others stay where they are.
   */
  readonly apiVersions: readonly [string, ...string[]];
  /** The key under `plugins` that turns it on, where Argo has it as a plugin. Absent: the field of its name does. */
  readonly plugin?: string;
  /** What it reads and writes, by kind. */
  readonly resources: Readonly<Record<string, RoutedResource>>;
  /** What else is read where weights are verified outside of the cluster, by kind. */
  readonly verification?: Readonly<Record<string, readonly ('get' | 'list')[]>>;
}

/** A resource as one router uses it. */
export interface RoutedResource {
  readonly type: ResourceType;
  /** All that it does with them, and nothing else; watching them goes without saying. */
  readonly verbs: readonly ('get' | 'list' | 'create' | 'patch' | 'delete')[];
}

const INGRESS: ResourceType = {
  apiVersion: 'networking.k8s.io/v1',
  plural: 'ingresses',
  namespaced: true,
  status: 'subresource',
};

/** Every Istio there is serves the first. */
const ISTIO_VERSIONS = [
  'networking.istio.io/v1alpha3',
  'networking.istio.io/v1beta1',
  'networking.istio.io/v1',
] as const;
const ISTIO = { apiVersion: ISTIO_VERSIONS[0], namespaced: true, status: 'subresource' } as const;

const SMI_VERSIONS = [
  'split.smi-spec.io/v1alpha1',
  'split.smi-spec.io/v1alpha2',
  'split.smi-spec.io/v1alpha3',
] as const;

const BINDING_VERSIONS = ['elbv2.k8s.aws/v1beta1', 'eks.amazonaws.com/v1'] as const;

const AMBASSADOR_VERSIONS = ['getambassador.io/v2', 'getambassador.io/v3alpha1'] as const;

const MESH_VERSIONS = ['appmesh.k8s.aws/v1beta2'] as const;
const MESH = { apiVersion: MESH_VERSIONS[0], namespaced: true, status: 'subresource' } as const;

const APISIX_VERSIONS = ['apisix.apache.org/v2'] as const;

const GATEWAY_VERSIONS = ['gateway.networking.k8s.io/v1'] as const;
const GATEWAY = { apiVersion: GATEWAY_VERSIONS[0], namespaced: true, status: 'subresource' } as const;
const EXPERIMENTAL_GATEWAY = { ...GATEWAY, apiVersion: 'gateway.networking.k8s.io/v1alpha2' } as const;
const SELECTED = ['get', 'list', 'patch'] as const;

const TRAEFIK_VERSIONS = ['traefik.io/v1alpha1', 'traefik.containo.us/v1alpha1'] as const;

/**
 * The traffic routers, by name. What splits the traffic is a file in lib/rollout/routers and a line in its registry,
 * which the compiler asks for. Facts alone stand here, since they are wanted where nothing of Rollouts is known: before
 * an API server, and in roles.
 */
export const ROUTER_ROWS = {
  istio: {
    apiVersions: ISTIO_VERSIONS,
    resources: {
      VirtualService: { type: { ...ISTIO, plural: 'virtualservices' }, verbs: ['get', 'patch'] },
      DestinationRule: { type: { ...ISTIO, plural: 'destinationrules' }, verbs: ['get', 'patch'] },
    },
  },
  nginx: {
    apiVersions: [INGRESS.apiVersion],
    resources: { Ingress: { type: INGRESS, verbs: ['get', 'create', 'patch'] } },
  },
  alb: {
    apiVersions: BINDING_VERSIONS,
    resources: { Ingress: { type: INGRESS, verbs: ['get', 'patch'] } },
    verification: { TargetGroupBinding: ['list'], Endpoints: ['get'] },
  },
  smi: {
    apiVersions: SMI_VERSIONS,
    resources: {
      TrafficSplit: {
        type: { apiVersion: SMI_VERSIONS[0], plural: 'trafficsplits', namespaced: true, status: 'own' },
        verbs: ['get', 'create', 'patch'],
      },
    },
  },
  ambassador: {
    apiVersions: AMBASSADOR_VERSIONS,
    resources: {
      Mapping: {
        type: { apiVersion: AMBASSADOR_VERSIONS[0], plural: 'mappings', namespaced: true, status: 'subresource' },
        verbs: ['get', 'create', 'patch', 'delete'],
      },
    },
  },
  appMesh: {
    apiVersions: MESH_VERSIONS,
    resources: {
      // Read only. Istio's has the plain name.
      AppMeshVirtualService: { type: { ...MESH, plural: 'virtualservices' }, verbs: ['get'] },
      VirtualRouter: { type: { ...MESH, plural: 'virtualrouters' }, verbs: ['get', 'patch'] },
      VirtualNode: { type: { ...MESH, plural: 'virtualnodes' }, verbs: ['get', 'patch'] },
    },
  },
  traefik: {
    apiVersions: TRAEFIK_VERSIONS,
    resources: {
      TraefikService: {
        type: { apiVersion: TRAEFIK_VERSIONS[0], plural: 'traefikservices', namespaced: true, status: 'own' },
        verbs: ['get', 'patch'],
      },
    },
  },
  apisix: {
    apiVersions: APISIX_VERSIONS,
    resources: {
      ApisixRoute: {
        type: { apiVersion: APISIX_VERSIONS[0], plural: 'apisixroutes', namespaced: true, status: 'subresource' },
        verbs: ['get', 'create', 'patch', 'delete'],
      },
    },
  },
  gatewayAPI: {
    apiVersions: GATEWAY_VERSIONS,
    plugin: 'argoproj-labs/gatewayAPI',
    resources: {
      HTTPRoute: { type: { ...GATEWAY, plural: 'httproutes' }, verbs: SELECTED },
      GRPCRoute: { type: { ...GATEWAY, plural: 'grpcroutes' }, verbs: SELECTED },
      TCPRoute: { type: { ...EXPERIMENTAL_GATEWAY, plural: 'tcproutes' }, verbs: SELECTED },
      TLSRoute: { type: { ...EXPERIMENTAL_GATEWAY, plural: 'tlsroutes' }, verbs: SELECTED },
    },
  },
} as const satisfies Readonly<Record<string, RouterRow>>;

type Rows = typeof ROUTER_ROWS;

export type RouterName = keyof Rows;

/** The kinds that routers read and write. */
export type RoutedKind = { readonly [Name in RouterName]: keyof Rows[Name]['resources'] }[RouterName];

export const ROUTER_NAMES = Object.keys(ROUTER_ROWS) as readonly RouterName[];

export function isRouterName(name: string): name is RouterName {
  return Object.hasOwn(ROUTER_ROWS, name);
}

/** The kinds of all routers, each once. */
export const ROUTED_KINDS = [
  ...new Set(Object.values<RouterRow>(ROUTER_ROWS).flatMap(({ resources }) => Object.keys(resources))),
] as readonly RoutedKind[];

/** Where these kinds stand, as long as no settings say otherwise. */
export const ROUTED_TYPES = Object.fromEntries(
  Object.values<RouterRow>(ROUTER_ROWS).flatMap(({ resources }) =>
    Object.entries(resources).map(([kind, { type }]) => [kind, type]),
  ),
) as Readonly<Record<RoutedKind, ResourceType>>;
