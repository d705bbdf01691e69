import { publishedCrds } from '../servers/router-crds.ts';
import { hostOf, readObject, type RouterRow } from './row.ts';

const ISTIO = {
  module: 'istio.io/api',
  version: 'v1.32.0',
  files: ['kubernetes/customresourcedefinitions.gen.yaml'],
};

export const istio: RouterRow = {
  router: 'istio',
  crds: () => publishedCrds(ISTIO, ['virtualservices.networking.istio.io', 'destinationrules.networking.istio.io']),
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
    const found = await readObject<VirtualService>(api, 'networking.istio.io/v1', 'virtualservices', name);
    const routes = found?.spec.http.flatMap(({ route }) => route) ?? [];
    return routes.find(({ destination }) => destination.host === `${name}-canary`)?.weight;
  },
};

interface VirtualService {
  readonly spec: { readonly http: readonly { readonly route: readonly Destination[] }[] };
}

interface Destination {
  readonly destination: { readonly host: string };
  readonly weight?: number;
}
