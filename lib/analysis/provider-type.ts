import { isAbsent } from '../model/empty.ts';
import type { MetricProvider } from '../model/metric-provider.ts';
import type { ProviderRow } from '../model/provider-row.ts';
import { PROVIDER_ROWS, type ProviderField } from '../model/provider-rows.ts';

const BY_PRECEDENCE = (Object.entries(PROVIDER_ROWS) as [ProviderField, ProviderRow][]).toSorted(
  ([, left], [, right]) => left.precedence - right.precedence,
);

/** The field of the provider that measures, which is the first in Argo's order; undefined where there is none. */
export function providerFieldOf(provider: MetricProvider | undefined): ProviderField | undefined {
  return BY_PRECEDENCE.find(([field]) => !isAbsent(provider?.[field]))?.[0];
}

/** What is to be known of the provider that measures; undefined where there is none. */
export function providerRowOf(provider: MetricProvider | undefined): ProviderRow | undefined {
  const field = providerFieldOf(provider);
  return field && PROVIDER_ROWS[field];
}

/**
 * The name of the provider that measures, as `ProviderRow.type` has it; `Unknown Provider` where there is none.
 * @source Type in metricproviders/metricproviders.go of argoproj/argo-rollouts
 */
export function providerTypeOf(provider: MetricProvider | undefined): string {
  return providerRowOf(provider)?.type ?? 'Unknown Provider';
}

/** How many providers a metric names; each plugin counts. */
export function countProviders(provider: MetricProvider | undefined): number {
  const counts = BY_PRECEDENCE.map(([field, { isMap }]) => {
    const part = provider?.[field];
    if (isAbsent(part)) return 0;
    return isMap ? Object.keys(part).length : 1;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}
