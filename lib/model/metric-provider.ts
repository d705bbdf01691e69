import { z } from 'zod';
import { cloudWatchMetric } from './providers/cloud-watch.ts';
import { datadogMetric } from './providers/datadog.ts';
import { graphiteMetric } from './providers/graphite.ts';
import { influxdbMetric } from './providers/influxdb.ts';
import { jobMetric } from './providers/job.ts';
import { kayentaMetric } from './providers/kayenta.ts';
import { newRelicMetric } from './providers/new-relic.ts';
import { pluginMetric } from './providers/plugin.ts';
import { prometheusMetric } from './providers/prometheus.ts';
import { skyWalkingMetric } from './providers/sky-walking.ts';
import { wavefrontMetric } from './providers/wavefront.ts';
import { webMetric } from './providers/web.ts';

/**
 * Where a metric is read: one of these. A new provider is a file beside them and a line here.
 * @source MetricProvider in pkg/apis/rollouts/v1alpha1/analysis_types.go of argoproj/argo-rollouts
 */
export const metricProvider = z
  .strictObject({
    prometheus: prometheusMetric.exactOptional(),
    kayenta: kayentaMetric.exactOptional(),
    web: webMetric.exactOptional(),
    datadog: datadogMetric.exactOptional(),
    wavefront: wavefrontMetric.exactOptional(),
    newRelic: newRelicMetric.exactOptional(),
    job: jobMetric.exactOptional(),
    cloudWatch: cloudWatchMetric.exactOptional(),
    graphite: graphiteMetric.exactOptional(),
    influxdb: influxdbMetric.exactOptional(),
    skywalking: skyWalkingMetric.exactOptional(),
    plugin: pluginMetric.exactOptional(),
  })
  .describe('Where the metric is read: exactly one of these.');
export type MetricProvider = z.infer<typeof metricProvider>;
