import { isObject } from '../../model/is-object.ts';
import { mergePatch } from '../../model/merge-patch.ts';
import type { Rollout } from '../../model/rollout.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { listAt, textAt } from './accessor.ts';
import { type Routed, type Router, WEIGHTS_ALONE } from './router.ts';

/**
 * Traefik: the weights of the services of a weighted TraefikService. Unlike Argo's, it writes nothing where nothing
 * changes.
 * @source rollout/trafficrouting/traefik/traefik.go of argoproj/argo-rollouts
 */
export const traefik: Router = {
  ...WEIGHTS_ALONE,
  type: 'Traefik',
  needs: (rollout) => [traefikService(rollout)],

  setWeight(routing, weight) {
    const { stableService = '', canaryService = '' } = routing.rollout.spec.strategy?.canary ?? {};
    const object = traefikService(routing.rollout);
    const before = routing.find(object);
    if (!before) {
      const [group = ''] = routing.apiVersionOf('TraefikService').split('/');
      throw new StepFailure(`traefikservices.${group} "${object.name}" not found`);
    }
    const spec = isObject(before.spec) ? before.spec : {};
    const weighted = isObject(spec['weighted']) ? spec['weighted'] : {};
    const services = listAt(before, 'spec', 'weighted', 'services');
    if (!services) {
      throw new StepFailure('spec.weighted.services was not found in traefik service manifest');
    }
    const canary = withWeight(services, canaryService, weight);
    if (!canary) throw new StepFailure('traefik canary service was not found');
    const both = withWeight(canary, stableService, 100 - weight);
    if (!both) throw new StepFailure('traefik stable service was not found');
    const after = { ...before, spec: { ...spec, weighted: { ...weighted, services: both } } };
    if (!mergePatch({ ...before }, { ...after })) return;
    try {
      routing.replace(before, after);
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      const said = `Error updating traefik service "${object.name}": ${error.message}`;
      routing.warn('TraefikServiceUpdateError', said);
      throw error;
    }
  },
};

/** Undefined where no service has the name. */
function withWeight(services: readonly unknown[], name: string, weight: number): readonly unknown[] | undefined {
  for (const [index, service] of services.entries()) {
    if (!isObject(service)) throw new StepFailure('Failed type assertion setting weight for traefik service');
    const own = textAt(service, 'name');
    if (own === undefined) throw new StepFailure('name field was not found in service');
    if (own === name) return services.with(index, { ...service, weight });
  }
  return undefined;
}

function traefikService({ metadata, spec }: Rollout): Routed {
  const { weightedTraefikServiceName: name = '' } = spec.strategy?.canary?.trafficRouting?.traefik ?? {};
  return { kind: 'TraefikService', namespace: metadata.namespace ?? '', name };
}
