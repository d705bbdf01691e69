import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { hostOf, readObject, type RouterRow } from './row.ts';

export const nginx: RouterRow = {
  router: 'nginx',
  crds: async () => [],
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
    const found = await readObject<KubernetesObject>(
      api,
      'networking.k8s.io/v1',
      'ingresses',
      `${name}-${name}-canary`,
    );
    return found && Number(found.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight']);
  },
};
