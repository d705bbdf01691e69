import { ingressReferences } from './ingress-references.ts';
import type { RouterReferences } from './router.ts';

/** The Ingresses of the load balancer. Where there is a root Service, they lead there. */
export const albReferences: RouterReferences = ingressReferences(({ spec }) => {
  const { trafficRouting, stableService = '' } = spec.strategy?.canary ?? {};
  const { ingress, ingresses, rootService = '' } = trafficRouting?.alb ?? {};
  return {
    router: 'alb',
    one: { field: 'ingress', called: 'Ingress', name: ingress },
    several: { field: 'ingresses', called: 'Ingresses', whereMissing: 'ingresses', names: ingresses },
    service: rootService === '' ? stableService : rootService,
  };
});
