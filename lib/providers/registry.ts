import { providerTypeOf } from '../analysis/provider-type.ts';
import { AssayError } from '../model/errors.ts';
import type { Metric } from '../model/metric.ts';
import type { Provider } from '../model/provider.ts';
import { job } from './job.ts';
import { prometheus } from './prometheus.ts';
import { web } from './web.ts';

/** A new provider is a file beside this one and a line here. What is heavy in it, it imports when it is used. */
const PROVIDERS: readonly Provider[] = [prometheus, job, web];

/**
 * The provider that a metric is read by. Where it names several, the first in Argo's order counts
 * (`analysis/provider-type.ts`).
 *
 * @throws AssayError ASSAY_METRIC_INVALID where there is none, or none here yet; its text becomes the measurement's
 */
export function providerOf({ name, provider }: Metric): Provider {
  const type = providerTypeOf(provider);
  const found = PROVIDERS.find((one) => one.type === type);
  if (found) return found;
  if (type === 'Unknown Provider') {
    throw new AssayError('ASSAY_METRIC_INVALID', `no valid provider in metric '${name}'`);
  }
  throw new AssayError('ASSAY_METRIC_INVALID', `the provider ${type} of metric '${name}' is not supported`);
}
