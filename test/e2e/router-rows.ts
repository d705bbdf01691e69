import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { TrafficRouting } from '../../lib/model/traffic-routing.ts';
import { NAMESPACE } from './analysis-cluster.ts';
import type { ApiClient } from './servers/api-client.ts';
import { type CustomResource, publishedCrds } from './servers/router-crds.ts';

/** An object that a router splits the traffic with, or that leads to one. */
export interface RouterObject extends KubernetesObject {
  readonly spec: object;
}

/** A router, as a Rollout of some name uses it. Its Services are `<name>-stable` and `<name>-canary`. */
export interface RouterRow {
  readonly router: string;
  readonly crds: () => Promise<readonly CustomResource[]>;
  /** What Assay must be allowed to do. */
  readonly rules: readonly { readonly apiGroups: readonly string[]; readonly resources: readonly string[] }[];
  readonly trafficRouting: (name: string) => TrafficRouting;
  /** What users have there beforehand. */
  readonly objects: (name: string) => readonly RouterObject[];
  /** Of the canary, in percent. */
  readonly weight: (api: ApiClient, name: string) => Promise<number | undefined>;
}

/** The one that serves `<name>.example.com`. */
export function hostOf(name: string): string {
  return `${name}.example.com`;
}

const TRAEFIK = {
  module: 'github.com/traefik/traefik/v3',
  version: 'v3.7.13',
  file: 'docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml',
};
const ISTIO = {
  module: 'istio.io/api',
  version: 'v1.32.0',
  file: 'kubernetes/customresourcedefinitions.gen.yaml',
};

export const traefik: RouterRow = {
  router: 'traefik',
  crds: () =>
    publishedCrds(
      TRAEFIK,
      TRAEFIK_KINDS.map((plural) => `${plural}.traefik.io`),
    ),
  rules: [{ apiGroups: ['traefik.io'], resources: ['traefikservices'] }],
  trafficRouting: (name) => ({ traefik: { weightedTraefikServiceName: name } }),
  objects: (name) => [
    {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'TraefikService',
      metadata: { name },
      spec: {
        weighted: {
          services: [
            { name: `${name}-stable`, port: 80, weight: 100 },
            { name: `${name}-canary`, port: 80, weight: 0 },
          ],
        },
      },
    },
    {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'IngressRoute',
      metadata: { name },
      spec: {
        entryPoints: ['web'],
        routes: [{ kind: 'Rule', match: `Host(\`${hostOf(name)}\`)`, services: [{ kind: 'TraefikService', name }] }],
      },
    },
  ],
  async weight(api, name) {
    const path = `/apis/traefik.io/v1alpha1/namespaces/${NAMESPACE}/traefikservices/${name}`;
    const { spec } = await api.call<{ spec: { weighted: { services: readonly Weighted[] } } }>(path);
    return spec.weighted.services.find((service) => service.name === `${name}-canary`)?.weight;
  },
};

/** A process that reads one of these reads them all. */
const TRAEFIK_KINDS = [
  'ingressroutes',
  'ingressroutetcps',
  'ingressrouteudps',
  'middlewares',
  'middlewaretcps',
  'serverstransports',
  'serverstransporttcps',
  'tlsoptions',
  'tlsstores',
  'traefikservices',
];

export const nginx: RouterRow = {
  router: 'nginx',
  crds: async () => [],
  rules: [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'] }],
  trafficRouting: (name) => ({ nginx: { stableIngress: name } }),
  objects: (name) => [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name },
      spec: {
        ingressClassName: 'nginx',
        rules: [
          {
            host: hostOf(name),
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: `${name}-stable`, port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    },
  ],
  async weight(api, name) {
    const path = `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/ingresses/${name}-${name}-canary`;
    const { status, body } = await api.send<KubernetesObject>(path);
    if (status === 404) return undefined;
    return Number(body.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight']);
  },
};

export const istio: RouterRow = {
  router: 'istio',
  crds: () => publishedCrds(ISTIO, ['virtualservices.networking.istio.io', 'destinationrules.networking.istio.io']),
  rules: [{ apiGroups: ['networking.istio.io'], resources: ['virtualservices', 'destinationrules'] }],
  trafficRouting: (name) => ({ istio: { virtualService: { name, routes: ['primary'] } } }),
  objects: (name) => [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name },
      spec: {
        hosts: [hostOf(name)],
        http: [
          {
            name: 'primary',
            route: [
              { destination: { host: `${name}-stable` }, weight: 100 },
              { destination: { host: `${name}-canary` }, weight: 0 },
            ],
          },
        ],
      },
    },
  ],
  async weight(api, name) {
    const path = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/virtualservices/${name}`;
    const { spec } = await api.call<{ spec: { http: readonly { route: readonly IstioRoute[] }[] } }>(path);
    const routes = spec.http.flatMap(({ route }) => route);
    // A weight of 0 is left out where somebody wrote it with a typed client.
    return routes.find(({ destination }) => destination.host === `${name}-canary`)?.weight ?? 0;
  },
};

interface Weighted {
  readonly name: string;
  readonly weight?: number;
}

interface IstioRoute {
  readonly destination: { readonly host: string };
  readonly weight?: number;
}

/** What lets Assay use these routers. */
export function rightsFor(rows: readonly RouterRow[]): readonly object[] {
  const name = 'assay-routers';
  const apiGroup = 'rbac.authorization.k8s.io';
  const verbs = ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete'];
  const rules = rows.flatMap((row) => row.rules.map((rule) => ({ ...rule, verbs })));
  const subjects = [{ kind: 'ServiceAccount', name: 'assay', namespace: 'assay-system' }];
  const roleRef = { apiGroup, kind: 'ClusterRole', name };
  return [
    { apiVersion: `${apiGroup}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    { apiVersion: `${apiGroup}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, roleRef, subjects },
  ];
}

/** The two Services of a Rollout whose pods answer on the port named `http`. */
export function servicesOf(name: string): readonly RouterObject[] {
  return ['stable', 'canary'].map((part) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `${name}-${part}` },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 'http' }] },
  }));
}
