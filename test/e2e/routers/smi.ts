import { minimalCrd } from '../servers/router-crds.ts';
import { readObject, type RouterRow } from './row.ts';

export const smi: RouterRow = {
  router: 'smi',
  // The published one is written for API servers before 1.22.
  crds: async () => [minimalCrd('split.smi-spec.io', 'v1alpha1', 'TrafficSplit', 'trafficsplits')],
  trafficRouting: () => ({ smi: {} }),
  objects: () => [],
  async weight(api, name) {
    const found = await readObject<TrafficSplit>(api, 'split.smi-spec.io/v1alpha1', 'trafficsplits', name);
    return Number(found?.spec.backends.find(({ service }) => service === `${name}-canary`)?.weight);
  },
};

interface TrafficSplit {
  readonly spec: { readonly backends: readonly { readonly service: string; readonly weight: string }[] };
}
