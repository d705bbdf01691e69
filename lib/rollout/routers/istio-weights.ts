import type { WeightDestination } from '../../model/rollout-status.ts';
import { destinationsOf, hostOf, type Json, type Parties, subsetOf, weightOf } from './istio-routes.ts';

/**
 * A route with the weights of both versions and of pods of experiments. Destinations that are none of these lose their
 * traffic: they go, unless they have no weight. New ones come last, by name.
 *
 * @param weight  of the canary, in percent; the stable version has what is left, at least 0
 * @returns the same route where nothing changes
 */
export function withWeights(
  route: Json,
  weight: number,
  parties: Parties,
  additional: readonly WeightDestination[],
): Json {
  const before = destinationsOf(route);
  const roleOf = roles(parties, additional);
  const isKept = (destination: Json): boolean => roleOf(destination) === 'kept';
  const taken = [...additional, ...before.filter(isKept).map((each) => ({ weight: weightOf(each) }))];
  const stable = Math.max(
    taken.reduce((left, each) => left - each.weight, 100 - weight),
    0,
  );
  const seen = new Set<string>();
  const after = before.flatMap((destination): Json[] => {
    const role = roleOf(destination);
    if (role === 'kept' || role === 'unknown') return [destination];
    if (role === 'other') return weightOf(destination) === 0 ? [destination] : [];
    if (role === 'canary') return [withWeight(destination, weight)];
    if (role === 'stable') return [withWeight(destination, stable)];
    // Of two destinations of one experiment the second is nobody's.
    const isFirst = !seen.has(serviceOf(role));
    seen.add(serviceOf(role));
    if (isFirst) return [withWeight(destination, role.weight)];
    return weightOf(destination) === 0 ? [destination] : [];
  });
  const added = additional
    .filter((each) => !seen.has(serviceOf(each)) && each.weight !== 0)
    .toSorted((left, right) => (serviceOf(left) < serviceOf(right) ? -1 : 1))
    .map((each) => ({ weight: each.weight, destination: { host: serviceOf(each) } }));
  const isSame = added.length === 0 && after.length === before.length && after.every((each, i) => each === before[i]);
  return isSame ? route : { ...route, route: [...after, ...added] };
}

type Role = 'canary' | 'stable' | 'kept' | 'other' | 'unknown' | WeightDestination;

function roles({ services, rule }: Parties, additional: readonly WeightDestination[]): (destination: Json) => Role {
  const byService = new Map(additional.map((each) => [serviceOf(each), each]));
  return (destination) => {
    const host = hostOf(destination);
    const subset = subsetOf(destination);
    if (host === '') return 'unknown';
    const isIn = (name: string | undefined): boolean => subset !== '' && subset === name;
    if (host === services.canary || isIn(rule?.canarySubsetName)) return 'canary';
    if (host === services.stable || isIn(rule?.stableSubsetName)) return 'stable';
    return byService.get(host) ?? (subset !== '' && rule?.additionalSubsetNames?.includes(subset) ? 'kept' : 'other');
  };
}

function serviceOf({ serviceName = '' }: WeightDestination): string {
  return serviceName;
}

function withWeight(destination: Json, weight: number): Json {
  return weightOf(destination) === weight ? destination : { ...destination, weight };
}
