import type { Rollout } from '../../model/rollout.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import type { Routed, RoutedObject, Routing } from './router.ts';

/** The names of the Ingresses of a Rollout. */
export function ingressesOf({ spec }: Rollout): readonly string[] {
  const { ingress = '', ingresses = [ingress] } = spec.strategy?.canary?.trafficRouting?.alb ?? {};
  return ingresses;
}

export function ingressNamed({ metadata }: Rollout, name: string): Routed {
  return { kind: 'Ingress', namespace: metadata.namespace ?? '', name };
}

/** @throws StepFailure where there is none */
export function findIngress(routing: Routing, name: string): RoutedObject {
  const found = routing.find(ingressNamed(routing.rollout, name));
  if (!found) throw new StepFailure(`ingress.networking.k8s.io "${name}" not found`);
  return found;
}
