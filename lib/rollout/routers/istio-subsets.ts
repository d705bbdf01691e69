import { isObject } from '../../model/is-object.ts';
import { POD_HASH_LABEL } from '../../model/labels.ts';
import type { WeightDestination } from '../../model/rollout-status.ts';
import type { IstioDestinationRule } from '../../model/traffic-routing.ts';
import type { Json } from './istio-routes.ts';

/**
 * The subsets of a DestinationRule, with the hashes of the pods that they are to be. Subsets that are neither of both
 * versions, nor of an experiment, nor named as further ones, go. (In Argo further ones go, too, though they have weights.)
 *
 * @param hashes  an empty one: there are no such pods, and the label goes
 */
export function withHashes(
  subsets: readonly Json[],
  rule: IstioDestinationRule,
  hashes: { readonly canary: string; readonly stable: string },
  additional: readonly WeightDestination[],
): readonly Json[] {
  const { canarySubsetName, stableSubsetName, additionalSubsetNames = [] } = rule;
  const missing = new Map(additional.map((each) => [each.serviceName ?? '', each]));
  const kept = subsets.flatMap((subset): Json[] => {
    const name = typeof subset['name'] === 'string' ? subset['name'] : '';
    if (name === canarySubsetName) return [withHash(subset, hashes.canary)];
    if (name === stableSubsetName) return [withHash(subset, hashes.stable)];
    const destination = missing.get(name);
    missing.delete(name);
    if (destination) return [withHash(subset, destination.podTemplateHash ?? '')];
    return additionalSubsetNames.includes(name) ? [subset] : [];
  });
  const added = [...missing].map(([name, { podTemplateHash = '' }]) => ({
    name,
    labels: { [POD_HASH_LABEL]: podTemplateHash },
  }));
  return [...kept, ...added];
}

function withHash(subset: Json, hash: string): Json {
  const before = isObject(subset['labels']) ? subset['labels'] : {};
  const { [POD_HASH_LABEL]: _, ...others } = before;
  return { ...subset, labels: hash === '' ? others : { ...before, [POD_HASH_LABEL]: hash } };
}
