import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { minimalCrd } from '../servers/router-crds.ts';
import { hostOf, readObject, type RouterObject, type RouterRow } from './row.ts';

const GROUP = 'appmesh.k8s.aws';
const VERSION = `${GROUP}/v1beta2`;
const KINDS = { VirtualService: 'virtualservices', VirtualRouter: 'virtualrouters', VirtualNode: 'virtualnodes' };

export const appMesh: RouterRow = {
  router: 'appMesh',
  crds: async () => Object.entries(KINDS).map(([kind, plural]) => minimalCrd(GROUP, 'v1beta2', kind, plural)),
  trafficRouting: (name) => ({
    appMesh: {
      virtualService: { name },
      virtualNodeGroup: {
        canaryVirtualNodeRef: { name: `${name}-canary` },
        stableVirtualNodeRef: { name: `${name}-stable` },
      },
    },
  }),
  objects: (name) => [
    object('VirtualService', name, {
      awsName: hostOf(name),
      provider: { virtualRouter: { virtualRouterRef: { name } } },
    }),
    object('VirtualRouter', name, {
      listeners: [{ portMapping: { port: 80, protocol: 'http' } }],
      routes: [
        {
          name: 'all',
          httpRoute: {
            match: { prefix: '/' },
            action: {
              weightedTargets: [
                { virtualNodeRef: { name: `${name}-stable` }, weight: 100 },
                { virtualNodeRef: { name: `${name}-canary` }, weight: 0 },
              ],
            },
          },
        },
      ],
    }),
    ...['stable', 'canary'].map((part) =>
      object('VirtualNode', `${name}-${part}`, { podSelector: { matchLabels: { app: name } } }),
    ),
  ],
  // Virtual nodes choose pods by their hash.
  withoutTraces(found) {
    const { podSelector: _, ...spec } = (found as RouterObject).spec as Readonly<Record<string, unknown>>;
    return { ...found, spec } as KubernetesObject;
  },
  async weight(api, name) {
    const found = await readObject<VirtualRouter>(api, VERSION, 'virtualrouters', name);
    const targets = found?.spec.routes.flatMap(({ httpRoute }) => httpRoute.action.weightedTargets) ?? [];
    return targets.find(({ virtualNodeRef }) => virtualNodeRef.name === `${name}-canary`)?.weight;
  },
};

function object(kind: string, name: string, spec: object): RouterObject {
  return { apiVersion: VERSION, kind, metadata: { name }, spec };
}

interface VirtualRouter {
  readonly spec: {
    readonly routes: readonly {
      readonly httpRoute: {
        readonly action: {
          readonly weightedTargets: readonly {
            readonly virtualNodeRef: { readonly name: string };
            readonly weight: number;
          }[];
        };
      };
    }[];
  };
}
