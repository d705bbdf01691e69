import { isAbsent } from '../../model/empty.ts';
import type { Rollout } from '../../model/rollout.ts';
import { invalid } from '../validation/field-error.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { listAt } from './accessor.ts';
import { chooseRoutes, destinationsOf, type Protocol, routesOf } from './istio-routes.ts';
import { type AskedVirtualService, virtualServicesOf } from './istio-virtual-services.ts';
import type { RoutedObject, RouterReferences } from './router.ts';
import { canaryServices } from './services.ts';

const PATH = 'spec.strategy.canary.trafficRouting.istio';
const PROTOCOLS: readonly Protocol[] = ['http', 'tls', 'tcp'];

/**
 * VirtualServices have to be there, with routes that lead to both versions.
 * @source ValidateVirtualService in pkg/apis/rollouts/validation/validation_references.go of argoproj/argo-rollouts
 */
export const istioReferences: RouterReferences = {
  findMissing(rollout, find) {
    const { virtualService, virtualServices } = rollout.spec.strategy?.canary?.trafficRouting?.istio ?? {};
    if ((virtualService === undefined) === (virtualServices === undefined)) {
      return `${PATH}: Internal error: either VirtualService or VirtualServices must be configured`;
    }
    const missing = virtualServicesOf(rollout).find(({ object }) => find(object) === undefined);
    if (missing === undefined) return undefined;
    const { name } = missing.object;
    return invalid(fieldOf(rollout), name, `virtualservices.networking.istio.io "${name}" not found`);
  },

  check(rollout, find) {
    for (const asked of virtualServicesOf(rollout)) {
      const found = find(asked.object);
      const problem = found && problemOf(rollout, asked, found);
      if (problem !== undefined) return invalid(fieldOf(rollout), asked.object.name, problem);
    }
    return undefined;
  },
};

function fieldOf({ spec }: Rollout): string {
  const isSingle = spec.strategy?.canary?.trafficRouting?.istio?.virtualServices === undefined;
  return `${PATH}.${isSingle ? 'virtualService' : 'virtualServices'}.name`;
}

function problemOf(rollout: Rollout, { asked }: AskedVirtualService, found: RoutedObject): string | undefined {
  const there = PROTOCOLS.filter((protocol) => hasRoutes(found, protocol));
  if (there.length === 0) return 'Unable to get any of the HTTP, TCP or TLS routes for the Istio VirtualService';
  const { managedRoutes = [], istio } = rollout.spec.strategy?.canary?.trafficRouting ?? {};
  const managed = new Set(managedRoutes.map(({ name }) => name));
  const parties = { services: canaryServices(rollout), rule: istio?.destinationRule };
  for (const protocol of there) {
    const name = protocol.toUpperCase();
    if (!isReadable(found, protocol)) return `Unable to get ${name} routes for Istio VirtualService`;
    try {
      chooseRoutes({ spec: { [protocol]: routesOf(found, protocol) } }, asked, managed, parties);
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      return `Istio VirtualService has invalid ${name} routes. Error: ${error.message}`;
    }
  }
  return undefined;
}

function hasRoutes(found: RoutedObject, protocol: Protocol): boolean {
  try {
    return listAt(found, 'spec', protocol) !== undefined;
  } catch (error) {
    if (error instanceof StepFailure) return false;
    throw error;
  }
}

/** Go reads them into structures, whose weights are whole numbers. */
function isReadable(found: RoutedObject, protocol: Protocol): boolean {
  try {
    const destinations = (routesOf(found, protocol) ?? []).flatMap(destinationsOf);
    return destinations.every(({ weight }) => isAbsent(weight) || Number.isInteger(weight));
  } catch (error) {
    if (error instanceof StepFailure) return false;
    throw error;
  }
}
