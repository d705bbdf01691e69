import { minimalCrd } from '../servers/router-crds.ts';
import { hostOf, readObject, type RouterRow } from './row.ts';

export const apisix: RouterRow = {
  router: 'apisix',
  crds: async () => [minimalCrd('apisix.apache.org', 'v2', 'ApisixRoute', 'apisixroutes')],
  trafficRouting: (name) => ({ apisix: { route: { name, rules: ['all'] } } }),
  objects: (name) => [
    {
      apiVersion: 'apisix.apache.org/v2',
      kind: 'ApisixRoute',
      metadata: { name },
      spec: {
        http: [
          {
            name: 'all',
            match: { hosts: [hostOf(name)], paths: ['/*'] },
            backends: [
              { serviceName: `${name}-stable`, servicePort: 80, weight: 100 },
              { serviceName: `${name}-canary`, servicePort: 80, weight: 0 },
            ],
          },
        ],
      },
    },
  ],
  async weight(api, name) {
    const found = await readObject<ApisixRoute>(api, 'apisix.apache.org/v2', 'apisixroutes', name);
    const backends = found?.spec.http.flatMap((rule) => rule.backends) ?? [];
    return backends.find(({ serviceName }) => serviceName === `${name}-canary`)?.weight;
  },
};

interface ApisixRoute {
  readonly spec: {
    readonly http: readonly {
      readonly backends: readonly { readonly serviceName: string; readonly weight: number }[];
    }[];
  };
}
