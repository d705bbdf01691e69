import { isObject } from '../../model/is-object.ts';
import type { Rollout } from '../../model/rollout.ts';
import { invalid, invalidJson } from '../validation/field-error.ts';
import type { RoutedObject, RouterReferences } from './router.ts';

const PATH = 'spec.strategy.canary.trafficRouting.ambassador.mappings';

/**
 * Mappings of the stable Service have to be there, without a weight of their own.
 * @source ValidateAmbassadorMapping in pkg/apis/rollouts/validation/validation_references.go of argoproj/argo-rollouts
 */
export const ambassadorReferences: RouterReferences = {
  findMissing(rollout, find) {
    const names = mappingsOf(rollout);
    if (names.length === 0) return invalidJson(PATH, 'null', 'must provide at least one mapping');
    const missing = names.find((name) => find(mapping(rollout, name)) === undefined);
    return missing && invalid(PATH, missing, `mappings.getambassador.io "${missing}" not found`);
  },

  check(rollout, find) {
    const weighted = mappingsOf(rollout).find((name) => hasWeight(find(mapping(rollout, name))));
    return weighted && invalid('spec.weight', weighted, `Ambassador mapping "${weighted}" can not define weight`);
  },
};

/** Names of the Mappings of the stable Service. */
export function mappingsOf({ spec }: Rollout): readonly string[] {
  return spec.strategy?.canary?.trafficRouting?.ambassador?.mappings ?? [];
}

/** A Mapping as routers name it. */
export function mapping({ metadata }: Rollout, name: string) {
  return { kind: 'Mapping', namespace: metadata.namespace ?? '', name };
}

/** Whether a Mapping has a weight of its own; what is no whole number is none. */
export function hasWeight(found: RoutedObject | undefined): boolean {
  const weight = isObject(found?.spec) ? found.spec['weight'] : undefined;
  return Number.isInteger(weight) && weight !== 0;
}
