import type { ProviderRow } from './provider-row.ts';
import { cloudWatch } from './providers/cloud-watch.ts';
import { datadog } from './providers/datadog.ts';
import { graphite } from './providers/graphite.ts';
import { influxdb } from './providers/influxdb.ts';
import { job } from './providers/job.ts';
import { kayenta } from './providers/kayenta.ts';
import { newRelic } from './providers/new-relic.ts';
import { plugin } from './providers/plugin.ts';
import { prometheus } from './providers/prometheus.ts';
import { skyWalking } from './providers/sky-walking.ts';
import { wavefront } from './providers/wavefront.ts';
import { web } from './providers/web.ts';

/**
 * Every provider that a metric can name, by its field, in the order in which Go writes the fields. A new provider is a
 * file beside these and a line here; what reads it, a file in lib/providers and a line in its registry.
 *
 * @source MetricProvider in pkg/apis/rollouts/v1alpha1/analysis_types.go of argoproj/argo-rollouts
 */
export const PROVIDER_ROWS = {
  prometheus,
  kayenta,
  web,
  datadog,
  wavefront,
  newRelic,
  job,
  cloudWatch,
  graphite,
  influxdb,
  skywalking: skyWalking,
  plugin,
} as const satisfies Readonly<Record<string, ProviderRow>>;

/** The field of a metric's `provider` that one provider has to itself. */
export type ProviderField = keyof typeof PROVIDER_ROWS;
