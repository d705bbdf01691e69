import type { Rollout } from '../../model/rollout.ts';
import type { IstioVirtualService } from '../../model/traffic-routing.ts';
import type { Routed } from './router.ts';

/** A VirtualService, and what a Rollout asks of it. */
export interface AskedVirtualService {
  readonly object: Routed;
  readonly asked: IstioVirtualService;
}

/** Names may end in a namespace: `name.namespace`, or as the cluster's DNS has it. */
export function virtualServicesOf(rollout: Rollout): readonly AskedVirtualService[] {
  const { virtualService, virtualServices = virtualService ? [virtualService] : [] } =
    rollout.spec.strategy?.canary?.trafficRouting?.istio ?? {};
  return virtualServices.map((asked) => {
    const parts = asked.name.replace(/\.cluster\.local$/, '').split('.');
    const last = parts.length > 1 ? parts.pop() : undefined;
    const namespace = last ?? rollout.metadata.namespace ?? '';
    return { object: { kind: 'VirtualService', namespace, name: parts.join('.') }, asked };
  });
}
