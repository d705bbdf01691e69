import { providerFieldOf, providerTypeOf } from '../analysis/provider-type.ts';
import { AssayError } from '../model/errors.ts';
import type { Metric } from '../model/metric.ts';
import type { Provider } from '../model/provider.ts';
import type { ProviderField } from '../model/provider-rows.ts';
import { PROVIDERS } from './registry.ts';

/** A provider, with its own part of a metric. */
export interface Source {
  readonly field: ProviderField;
  /** To be given this `spec`, and the context of this field (`kinds/provider-context.ts`). */
  readonly provider: Provider;
  readonly spec: unknown;
}

/**
 * The provider that a metric is read by. Where it names several, the first in Argo's order counts
 * (`analysis/provider-type.ts`).
 *
 * @throws AssayError ASSAY_METRIC_INVALID where there is none, or none here yet; its text becomes the measurement's
 */
export async function providerOf({ name, provider: named }: Metric): Promise<Source> {
  const field = providerFieldOf(named);
  if (field === undefined) throw new AssayError('ASSAY_METRIC_INVALID', `no valid provider in metric '${name}'`);
  const load = PROVIDERS[field];
  if (load) return { field, provider: await load(), spec: named[field] };
  throw new AssayError(
    'ASSAY_METRIC_INVALID',
    `the provider ${providerTypeOf(named)} of metric '${name}' is not supported`,
  );
}
