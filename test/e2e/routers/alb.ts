import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { hostOf, readObject, type RouterRow } from './row.ts';

const PREFIX = 'alb.ingress.kubernetes.io';

export const alb: RouterRow = {
  router: 'alb',
  crds: async () => [],
  trafficRouting: (name) => ({ alb: { ingress: name, servicePort: 80 } }),
  objects: (name) => [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, annotations: { [`${PREFIX}/scheme`]: 'internal' } },
      spec: {
        ingressClassName: 'alb',
        rules: [
          {
            host: hostOf(name),
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: `${name}-stable`, port: { name: 'use-annotation' } } },
                },
              ],
            },
          },
        ],
      },
    },
  ],
  // Without an action nothing would say where requests go.
  withoutTraces(object) {
    const { annotations = {} } = object.metadata;
    const others = Object.entries(annotations).filter(
      ([key]) => !key.startsWith(`${PREFIX}/actions.`) && key !== 'rollouts.argoproj.io/managed-alb-annotations',
    );
    return { ...object, metadata: { ...object.metadata, annotations: Object.fromEntries(others) } };
  },
  async weight(api, name) {
    const found = await readObject<KubernetesObject>(api, 'networking.k8s.io/v1', 'ingresses', name);
    const action = found?.metadata.annotations?.[`${PREFIX}/actions.${name}-stable`];
    const { ForwardConfig } = JSON.parse(action ?? '{}') as Action;
    return ForwardConfig?.TargetGroups.find(({ ServiceName }) => ServiceName === `${name}-canary`)?.Weight;
  },
};

interface Action {
  readonly ForwardConfig?: {
    readonly TargetGroups: readonly { readonly ServiceName: string; readonly Weight?: number }[];
  };
}
