import { NAMESPACE } from '../analysis-cluster.ts';
import { publishedCrds } from '../servers/router-crds.ts';
import { hostOf, readObject, type RouterRow } from './row.ts';

const GROUP = 'gateway.networking.k8s.io';
const KINDS = ['gatewayclasses', 'gateways', 'httproutes', 'grpcroutes', 'referencegrants', 'backendtlspolicies'];
const GATEWAY_API = {
  module: 'sigs.k8s.io/gateway-api',
  version: 'v1.6.1',
  files: [...KINDS, 'tlsroutes', 'listenersets'].map((plural) => `config/crd/standard/${GROUP}_${plural}.yaml`),
};

export const gatewayApi: RouterRow = {
  router: 'gatewayAPI',
  crds: () => publishedCrds(GATEWAY_API),
  trafficRouting: (name) => ({ plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: name, namespace: NAMESPACE } } }),
  objects: (name) => [
    {
      apiVersion: `${GROUP}/v1`,
      kind: 'HTTPRoute',
      metadata: { name },
      spec: {
        parentRefs: [{ name: 'web' }],
        hostnames: [hostOf(name)],
        rules: [
          {
            backendRefs: [
              { name: `${name}-stable`, port: 80, weight: 100 },
              { name: `${name}-canary`, port: 80, weight: 0 },
            ],
          },
        ],
      },
    },
  ],
  async weight(api, name) {
    const found = await readObject<HttpRoute>(api, `${GROUP}/v1`, 'httproutes', name);
    const backends = found?.spec.rules.flatMap(({ backendRefs }) => backendRefs) ?? [];
    return backends.find((backend) => backend.name === `${name}-canary`)?.weight;
  },
};

interface HttpRoute {
  readonly spec: {
    readonly rules: readonly { readonly backendRefs: readonly { readonly name: string; readonly weight: number }[] }[];
  };
}
