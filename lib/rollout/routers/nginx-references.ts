import { ingressReferences } from './ingress-references.ts';
import type { RouterReferences } from './router.ts';

/** The Ingresses of the stable Service, which those of the canary are made of. */
export const nginxReferences: RouterReferences = ingressReferences(({ spec }) => {
  const { trafficRouting, stableService = '' } = spec.strategy?.canary ?? {};
  const { stableIngress, stableIngresses } = trafficRouting?.nginx ?? {};
  return {
    router: 'nginx',
    one: { field: 'stableIngress', called: 'StableIngress', name: stableIngress },
    several: {
      field: 'stableIngresses',
      called: 'StableIngresses',
      whereMissing: 'StableIngresses',
      names: stableIngresses,
    },
    service: stableService,
  };
});
