import { publishedCrds } from '../servers/router-crds.ts';
import { hostOf, readObject, type RouterRow } from './row.ts';

const TRAEFIK = {
  module: 'github.com/traefik/traefik/v3',
  version: 'v3.7.13',
  files: ['docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml'],
};

export const traefik: RouterRow = {
  router: 'traefik',
  // A proxy that reads one of them reads them all.
  crds: () => publishedCrds(TRAEFIK),
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
    const found = await readObject<TraefikService>(api, 'traefik.io/v1alpha1', 'traefikservices', name);
    return found?.spec.weighted.services.find((service) => service.name === `${name}-canary`)?.weight;
  },
};

interface TraefikService {
  readonly spec: {
    readonly weighted: { readonly services: readonly { readonly name: string; readonly weight?: number }[] };
  };
}
