import type { MetricProvider } from '../model/metric-provider.ts';
import { isAbsent } from '../model/empty.ts';

/** In the order of precedence where a metric has several. */
const TYPES: readonly (readonly [keyof MetricProvider, string])[] = [
  ['prometheus', 'Prometheus'],
  ['job', 'Job'],
  ['kayenta', 'Kayenta'],
  ['web', 'Web'],
  ['datadog', 'Datadog'],
  ['wavefront', 'Wavefront'],
  ['newRelic', 'NewRelic'],
  ['cloudWatch', 'CloudWatch'],
  ['graphite', 'Graphite'],
  ['influxdb', 'Influxdb'],
  ['skywalking', 'skywalking'],
  ['plugin', 'RPCPlugin'],
];

/**
 * The name of the provider that measures, as `Provider.type` has it; `Unknown Provider` where there is none.
 * @source Type in metricproviders/metricproviders.go of argoproj/argo-rollouts
 */
export function providerTypeOf(provider: MetricProvider | undefined): string {
  return TYPES.find(([field]) => !isAbsent(provider?.[field]))?.[1] ?? 'Unknown Provider';
}

/** How many providers a metric names; each plugin counts. */
export function countProviders(provider: MetricProvider | undefined): number {
  const plugins = Object.keys(provider?.plugin ?? {}).length;
  return plugins + TYPES.filter(([field]) => field !== 'plugin' && !isAbsent(provider?.[field])).length;
}
