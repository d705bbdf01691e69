import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { POD_HASH_LABEL } from '../../../lib/model/labels.ts';
import type { LoadBalancer } from '../../../lib/model/load-balancer.ts';
import type { Found } from '../../../lib/model/reply.ts';
import { valueAt } from '../../../lib/rollout/routers/accessor.ts';
import { anObject, hashIn, inList, type Look, named, type RouterRow } from './row.ts';

const ISTIO = 'networking.istio.io/v1alpha3';

function istioWeight(look: Look, isIt: (destination: unknown) => boolean): unknown {
  const primary = inList(valueAt(look('VirtualService', 'web'), 'spec', 'http'), named('primary'));
  return valueAt(
    inList(valueAt(primary, 'route'), (entry) => isIt(valueAt(entry, 'destination'))),
    'weight',
  );
}

const toHost = (host: string) => (look: Look) =>
  istioWeight(look, (destination) => valueAt(destination, 'host') === host);
const toSubset = (subset: string) => (look: Look) =>
  istioWeight(look, (destination) => valueAt(destination, 'subset') === subset);

/** The weights of what is neither version. */
function istioOthers(look: Look): Readonly<Record<string, unknown>> {
  const primary = inList(valueAt(look('VirtualService', 'web'), 'spec', 'http'), named('primary'));
  const route = valueAt(primary, 'route');
  const entries = (Array.isArray(route) ? (route as readonly unknown[]) : []).map((entry) => [
    valueAt(entry, 'destination', 'host'),
    valueAt(entry, 'weight'),
  ]);
  return Object.fromEntries(entries.filter(([host]) => !['stable', 'canary', 'web'].includes(String(host)))) as Record<
    string,
    unknown
  >;
}

function subsetHash(look: Look, name: string): string {
  const subset = inList(valueAt(look('DestinationRule', 'web'), 'spec', 'subsets'), named(name));
  return hashIn(valueAt(subset, 'labels'));
}

function anIstioService(destinations: readonly object[]): KubernetesObject {
  return anObject(ISTIO, 'VirtualService', 'web', {
    gateways: ['somebody'],
    hosts: ['web.example.com'],
    http: [
      {
        name: 'theirs',
        match: [{ uri: { prefix: '/theirs' } }],
        route: [{ destination: { host: 'theirs' }, weight: 100 }],
      },
      { name: 'primary', timeout: '5s', route: destinations },
    ],
    exportTo: ['.'],
  });
}

const APP_MESH = 'appmesh.k8s.aws/v1beta2';

function appMeshTarget(look: Look, node: string): unknown {
  const route = inList(valueAt(look('VirtualRouter', 'web'), 'spec', 'routes'), named('primary'));
  const targets = valueAt(route, 'httpRoute', 'action', 'weightedTargets');
  return valueAt(
    inList(targets, (target) => valueAt(target, 'virtualNodeRef', 'name') === node),
    'weight',
  );
}

function nodeHash(look: Look, node: string): string {
  return hashIn(valueAt(look('VirtualNode', node), 'spec', 'podSelector', 'matchLabels'));
}

function traefikWeight(name: string): (look: Look) => unknown {
  return (look) =>
    valueAt(inList(valueAt(look('TraefikService', 'web'), 'spec', 'weighted', 'services'), named(name)), 'weight');
}

function smiWeight(look: Look, service: string): unknown {
  const backends = valueAt(look('TrafficSplit', 'guestbook'), 'spec', 'backends');
  return valueAt(
    inList(backends, (backend) => valueAt(backend, 'service') === service),
    'weight',
  );
}

const ALB_ACTION = 'alb.ingress.kubernetes.io/actions.stable';
const ALB_MANAGED = 'rollouts.argoproj.io/managed-alb-annotations';

/** As the annotation says: canary, pods of experiments, stable. */
function albGroups(look: Look): readonly unknown[] {
  const text = look('Ingress', 'web')?.metadata.annotations?.[ALB_ACTION] ?? '{}';
  const groups = valueAt(JSON.parse(text), 'ForwardConfig', 'TargetGroups');
  return Array.isArray(groups) ? groups : [];
}

function albWeight(look: Look, service: string): unknown {
  return valueAt(
    inList(albGroups(look), (group) => valueAt(group, 'ServiceName') === service),
    'Weight',
  );
}

const ALB_HOST = 'web.elb.amazonaws.example';

/** The load balancer of the Ingress, once the canary has this weight. */
function albOf(weight: number): ReadonlyMap<string, Found<LoadBalancer>> {
  const weights = { canary: weight, stable: 100 - weight };
  const object = Object.entries(weights).map(([name, each]) => {
    return { name, arn: `arn:${name}`, resource: `shop/web-${name}:443`, weight: each };
  });
  return new Map([[ALB_HOST, { object: { name: 'web', arn: 'arn:web', targetGroups: { object } } }]]);
}

const CANARY_INGRESS = 'guestbook-web-canary';

/** What a list of backends gives each Service; theirs is nobody's business here. */
function weightsIn(backends: unknown, nameKey: string): Readonly<Record<string, unknown>> {
  const all = Array.isArray(backends) ? (backends as readonly unknown[]) : [];
  const weights = all.map((backend) => [String(valueAt(backend, nameKey)), valueAt(backend, 'weight')] as const);
  return Object.fromEntries(weights.filter(([name]) => name !== 'theirs'));
}

function apisixWeights(look: Look): Readonly<Record<string, unknown>> {
  const rule = inList(valueAt(look('ApisixRoute', 'web'), 'spec', 'http'), named('web'));
  return weightsIn(valueAt(rule, 'backends'), 'serviceName');
}

function gatewayWeights(look: Look): Readonly<Record<string, unknown>> {
  const rule = inList(valueAt(look('HTTPRoute', 'web'), 'spec', 'rules'), named('primary'));
  return weightsIn(valueAt(rule, 'backendRefs'), 'name');
}

/** Every router, by what turns it on. */
export const ROWS: readonly RouterRow[] = [
  {
    name: 'istio, by Services',
    trafficRouting: { istio: { virtualService: { name: 'web', routes: ['primary'] } } },
    objects: [
      anIstioService([
        {
          destination: { host: 'stable', port: { number: 80 } },
          weight: 100,
          headers: { request: { set: { a: 'b' } } },
        },
        { destination: { host: 'canary' }, weight: 0 },
      ]),
    ],
    canaryWeight: (look) => Number(toHost('canary')(look)),
    stableWeight: toHost('stable'),
    otherWeights: istioOthers,
    knows: ['pingPong'],
    owns: [/^VirtualService\/web\.spec\.http\.1\.route\.[01]\.weight$/],
    vanished: [{ kind: 'VirtualService', name: 'web', failure: 'virtualservices.networking.istio.io "web" not found' }],
  },
  {
    name: 'istio, by subsets',
    trafficRouting: {
      istio: {
        virtualService: { name: 'web', routes: ['primary'] },
        destinationRule: { name: 'web', canarySubsetName: 'new', stableSubsetName: 'old' },
      },
    },
    objects: [
      anIstioService([
        { destination: { host: 'web', subset: 'old' }, weight: 100 },
        { destination: { host: 'web', subset: 'new' }, weight: 0 },
      ]),
      anObject(ISTIO, 'DestinationRule', 'web', {
        host: 'web',
        subsets: [
          { name: 'old', labels: { app: 'guestbook' }, trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } },
          { name: 'new', labels: { app: 'guestbook' } },
        ],
        trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
      }),
    ],
    canaryWeight: (look) => Number(toSubset('new')(look)),
    stableWeight: toSubset('old'),
    otherWeights: istioOthers,
    pointed: (look) => ({ canary: subsetHash(look, 'new'), stable: subsetHash(look, 'old') }),
    owns: [
      /^VirtualService\/web\.spec\.http\.1\.route\.[01]\.weight$/,
      /^DestinationRule\/web\.spec\.subsets\.[01]\.labels\.rollouts-pod-template-hash$/,
      /^DestinationRule\/web\.metadata\.annotations\.argo-rollouts\.argoproj\.io\/managed-by-rollouts$/,
    ],
    vanished: [
      { kind: 'VirtualService', name: 'web', failure: 'virtualservices.networking.istio.io "web" not found' },
      { kind: 'DestinationRule', name: 'web', failure: 'destinationrules.networking.istio.io "web" not found' },
    ],
    leaves: (stable, latest) => ({
      'DestinationRule/web': {
        metadata: { annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'guestbook' } },
        spec: {
          subsets: [
            {
              name: 'old',
              labels: { app: 'guestbook', [POD_HASH_LABEL]: stable },
              trafficPolicy: { loadBalancer: { simple: 'RANDOM' } },
            },
            { name: 'new', labels: { app: 'guestbook', [POD_HASH_LABEL]: latest } },
          ],
        },
      },
    }),
  },
  {
    name: 'nginx',
    trafficRouting: { nginx: { stableIngress: 'web' } },
    objects: [
      anObject('networking.k8s.io/v1', 'Ingress', 'web', {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['web.example.com'] }],
        rules: ['stable', 'theirs'].map((name) => ({
          host: `${name}.example.com`,
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] },
        })),
      }),
    ],
    canaryWeight: (look) =>
      Number(look('Ingress', CANARY_INGRESS)?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'] ?? 0),
    knows: ['maxTrafficWeight'],
    owns: [],
    vanished: [
      {
        kind: 'Ingress',
        name: 'web',
        failure: 'error retrieving stableIngress `web` from cache: ingress.networking.k8s.io "web" not found',
      },
    ],
    makes: {
      kind: 'Ingress',
      name: CANARY_INGRESS,
      taken: `canary ingress \`${CANARY_INGRESS}\` controlled by different object`,
    },
    // It stays until the Rollout goes.
    leaves: () => ({
      [`Ingress/${CANARY_INGRESS}`]: {
        metadata: { annotations: { 'nginx.ingress.kubernetes.io/canary-weight': '0' } },
      },
    }),
  },
  {
    name: 'alb',
    trafficRouting: { alb: { ingress: 'web', servicePort: 443 } },
    objects: [
      {
        ...anObject('networking.k8s.io/v1', 'Ingress', 'web', {
          ingressClassName: 'alb',
          rules: ['stable', 'theirs'].map((name) => ({
            host: `${name}.example.com`,
            http: {
              paths: [
                {
                  path: '/*',
                  pathType: 'ImplementationSpecific',
                  backend: { service: { name, port: { name: 'use-annotation' } } },
                },
              ],
            },
          })),
        }),
        status: { loadBalancer: { ingress: [{ hostname: ALB_HOST }] } },
      },
    ],
    canaryWeight: (look) => Number(albWeight(look, 'canary') ?? 0),
    stableWeight: (look) => albWeight(look, 'stable'),
    otherWeights: (look) => {
      const trial = albWeight(look, 'trial');
      return trial === undefined ? {} : { trial };
    },
    verifies: albOf,
    owns: [
      /^Ingress\/web\.metadata\.annotations\.alb\.ingress\.kubernetes\.io\/actions\./,
      /^Ingress\/web\.metadata\.annotations\.rollouts\.argoproj\.io\/managed-alb-annotations$/,
    ],
    vanished: [{ kind: 'Ingress', name: 'web', failure: 'ingress.networking.k8s.io "web" not found' }],
    leaves: () => {
      const TargetGroups = [
        { ServiceName: 'canary', ServicePort: '443', Weight: 0 },
        { ServiceName: 'stable', ServicePort: '443', Weight: 100 },
      ];
      const action = JSON.stringify({ Type: 'forward', ForwardConfig: { TargetGroups } });
      const managed = JSON.stringify({ guestbook: [ALB_ACTION] });
      return { 'Ingress/web': { metadata: { annotations: { [ALB_ACTION]: action, [ALB_MANAGED]: managed } } } };
    },
  },
  {
    name: 'smi',
    trafficRouting: { smi: {} },
    objects: [],
    canaryWeight: (look) => Number(smiWeight(look, 'canary') ?? 0),
    stableWeight: (look) => Number(smiWeight(look, 'stable') ?? 100),
    otherWeights: (look) => {
      const trial = smiWeight(look, 'trial');
      return trial === undefined ? {} : { trial: Number(trial) };
    },
    owns: [],
    vanished: [],
    makes: { kind: 'TrafficSplit', name: 'guestbook', taken: 'Rollout does not own TrafficSplit `guestbook`' },
    // It stays until the Rollout goes.
    leaves: () => ({
      'TrafficSplit/guestbook': {
        spec: {
          backends: [
            { service: 'canary', weight: '0' },
            { service: 'stable', weight: '100' },
          ],
        },
      },
    }),
  },
  {
    name: 'traefik',
    trafficRouting: { traefik: { weightedTraefikServiceName: 'web' } },
    objects: [
      anObject('traefik.io/v1alpha1', 'TraefikService', 'web', {
        weighted: {
          sticky: { cookie: { name: 'kept' } },
          services: [
            { name: 'theirs', port: 80, weight: 7 },
            { name: 'stable', port: 80, weight: 100 },
            { name: 'canary', weight: 0, port: 80 },
          ],
        },
      }),
    ],
    canaryWeight: (look) => Number(traefikWeight('canary')(look)),
    stableWeight: traefikWeight('stable'),
    owns: [/^TraefikService\/web\.spec\.weighted\.services\.[12]\.weight$/],
    vanished: [{ kind: 'TraefikService', name: 'web', failure: 'traefikservices.traefik.io "web" not found' }],
  },
  {
    name: 'ambassador',
    trafficRouting: { ambassador: { mappings: ['web'] } },
    objects: [
      anObject('getambassador.io/v2', 'Mapping', 'web', { prefix: '/shop/', service: 'stable:8080', timeout_ms: 4000 }),
    ],
    canaryWeight: (look) => Number(valueAt(look('Mapping', 'web-canary'), 'spec', 'weight') ?? 0),
    owns: [],
    vanished: [{ kind: 'Mapping', name: 'web', failure: 'mappings.getambassador.io "web" not found' }],
    makes: { kind: 'Mapping', name: 'web-canary', taken: undefined },
  },
  {
    name: 'appMesh',
    trafficRouting: {
      appMesh: {
        virtualService: { name: 'web', routes: ['primary'] },
        virtualNodeGroup: { canaryVirtualNodeRef: { name: 'new' }, stableVirtualNodeRef: { name: 'old' } },
      },
    },
    objects: [
      anObject(APP_MESH, 'AppMeshVirtualService', 'web', {
        awsName: 'web.shop',
        provider: { virtualRouter: { virtualRouterRef: { name: 'web' } } },
      }),
      anObject(APP_MESH, 'VirtualRouter', 'web', {
        listeners: [{ portMapping: { port: 80, protocol: 'http' } }],
        routes: ['theirs', 'primary'].map((name) => ({
          name,
          httpRoute: {
            match: { prefix: `/${name}` },
            action: {
              weightedTargets: [
                { virtualNodeRef: { name: 'old' }, weight: 100 },
                { virtualNodeRef: { name: 'new' }, weight: 0, port: 80 },
              ],
            },
            timeout: { perRequest: { unit: 's', value: 5 } },
          },
        })),
      }),
      ...['old', 'new'].map((name) =>
        anObject(APP_MESH, 'VirtualNode', name, {
          podSelector: { matchLabels: { app: 'guestbook' } },
          serviceDiscovery: { dns: { hostname: name } },
        }),
      ),
    ],
    canaryWeight: (look) => Number(appMeshTarget(look, 'new')),
    stableWeight: (look) => appMeshTarget(look, 'old'),
    pointed: (look) => ({ canary: nodeHash(look, 'new'), stable: nodeHash(look, 'old') }),
    owns: [
      /^VirtualRouter\/web\.spec\.routes\.1\.httpRoute\.action\.weightedTargets\.[01]\.weight$/,
      /^VirtualNode\/(?:old|new)\.spec\.podSelector\.matchLabels\.rollouts-pod-template-hash$/,
    ],
    vanished: [
      { kind: 'AppMeshVirtualService', name: 'web', failure: 'Virtual-service is missing' },
      { kind: 'VirtualRouter', name: 'web', failure: 'Virtual-router is missing' },
      { kind: 'VirtualNode', name: 'old', failure: 'Virtual-node is missing' },
      { kind: 'VirtualNode', name: 'new', failure: 'Virtual-node is missing' },
    ],
    leaves: (stable, latest) => ({
      'VirtualNode/old': { spec: { podSelector: { matchLabels: { [POD_HASH_LABEL]: stable } } } },
      'VirtualNode/new': {
        spec: { podSelector: { matchLabels: { [POD_HASH_LABEL]: latest === stable ? 'canary-hash' : latest } } },
      },
    }),
  },
  {
    name: 'apisix',
    trafficRouting: { apisix: { route: { name: 'web' } } },
    objects: [
      anObject('apisix.apache.org/v2', 'ApisixRoute', 'web', {
        ingressClassName: 'apisix',
        http: [
          { name: 'theirs', backends: [{ serviceName: 'theirs', servicePort: 80 }], websocket: true },
          {
            name: 'web',
            match: { paths: ['/*'] },
            backends: [
              { serviceName: 'theirs', servicePort: 80, weight: 7 },
              { serviceName: 'stable', servicePort: 80, weight: 100, resolveGranularity: 'service' },
              { serviceName: 'canary', weight: 0, servicePort: 80 },
            ],
            plugins: [{ name: 'cors', enable: true }],
          },
        ],
      }),
    ],
    canaryWeight: (look) => Number(apisixWeights(look)['canary']),
    stableWeight: (look) => apisixWeights(look)['stable'],
    owns: [/^ApisixRoute\/web\.spec\.http\.1\.backends\.[12]\.weight$/],
    vanished: [{ kind: 'ApisixRoute', name: 'web', failure: 'apisixroutes.apisix.apache.org "web" not found' }],
  },
  {
    name: 'gatewayAPI',
    trafficRouting: { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'web' } } },
    objects: [
      anObject('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', {
        hostnames: ['web.example.com'],
        rules: [
          { name: 'theirs', backendRefs: [{ name: 'theirs', port: 80 }] },
          {
            name: 'primary',
            backendRefs: [
              { name: 'theirs', port: 80, weight: 7 },
              { name: 'stable', port: 80, weight: 100 },
              { name: 'canary', weight: 0, port: 80 },
            ],
            timeouts: { request: '5s' },
          },
        ],
      }),
    ],
    canaryWeight: (look) => Number(gatewayWeights(look)['canary']),
    stableWeight: (look) => gatewayWeights(look)['stable'],
    otherWeights: (look) => {
      const { canary: _canary, stable: _stable, ...others } = gatewayWeights(look);
      return others;
    },
    // As in Argo's plugin, which counts the canary out, and takes away only what the status before had.
    experiments: { stable: 90 },
    knows: ['maxTrafficWeight', 'pingPong'],
    verifies: 'at once',
    owns: [
      /^HTTPRoute\/web\.spec\.rules\.1\.backendRefs\.[12]\.weight$/,
      /^HTTPRoute\/web\.metadata\.labels\.rollouts\.argoproj\.io\/gatewayapi-canary$/,
    ],
    vanished: [
      {
        kind: 'HTTPRoute',
        name: 'web',
        failure: 'failed to set weight via plugin: httproutes.gateway.networking.k8s.io "web" not found',
      },
    ],
  },
];
