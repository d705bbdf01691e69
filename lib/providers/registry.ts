import type { MetricProvider } from '../model/metric-provider.ts';
import type { JobContext, PluginsContext, Provider, ProviderContext } from '../model/provider.ts';
import type { ProviderField } from '../model/provider-rows.ts';
import { prometheus } from './prometheus.ts';
import { web } from './web.ts';

/** By the field of a metric that is theirs, which says what they are given. */
type Providers = {
  readonly [Field in ProviderField]?: () => Promise<
    Provider<NonNullable<MetricProvider[Field]>, Field extends keyof Contexts ? Contexts[Field] : ProviderContext>
  >;
};

/** Of those that may use more than others. */
interface Contexts {
  readonly job: JobContext;
  readonly plugin: PluginsContext;
}

/**
 * What reads metrics. A new provider is a file beside this one and a line here, and a file and a line in model
 * (`provider-rows.ts`). What few metrics name is loaded with the first that does.
 */
export const PROVIDERS: Providers = {
  prometheus: async () => prometheus,
  web: async () => web,
  job: async () => (await import('./job.ts')).job,
  kayenta: async () => (await import('./kayenta.ts')).kayenta,
  datadog: async () => (await import('./datadog.ts')).datadog,
  wavefront: async () => (await import('./wavefront.ts')).wavefront,
  newRelic: async () => (await import('./new-relic.ts')).newRelic,
  cloudWatch: async () => (await import('./cloud-watch.ts')).cloudWatch,
  graphite: async () => (await import('./graphite.ts')).graphite,
  influxdb: async () => (await import('./influxdb.ts')).influxdb,
  skywalking: async () => (await import('./sky-walking.ts')).skyWalking,
  plugin: async () => (await import('./plugin.ts')).plugin,
};
