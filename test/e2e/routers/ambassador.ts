import { minimalCrd } from '../servers/router-crds.ts';
import { hostOf, readObject, type RouterRow } from './row.ts';

export const ambassador: RouterRow = {
  router: 'ambassador',
  crds: async () => [minimalCrd('getambassador.io', 'v2', 'Mapping', 'mappings')],
  trafficRouting: (name) => ({ ambassador: { mappings: [name] } }),
  objects: (name) => [
    {
      apiVersion: 'getambassador.io/v2',
      kind: 'Mapping',
      metadata: { name },
      spec: { host: hostOf(name), prefix: '/', service: `${name}-stable:80` },
    },
  ],
  async weight(api, name) {
    const found = await readObject<Mapping>(api, 'getambassador.io/v2', 'mappings', `${name}-canary`);
    return found?.spec.weight;
  },
};

interface Mapping {
  readonly spec: { readonly weight?: number };
}
