import { z } from 'zod';
import { metricProvider } from './metric-provider.ts';
import { duration, int32, intOrString, list, text } from './schema.ts';

/**
 * What is measured, how often, and what counts as success. Nothing here is checked beyond its type:
 * `analysis/validate.ts` knows the rules.
 *
 * @source Metric in pkg/apis/rollouts/v1alpha1/analysis_types.go of argoproj/argo-rollouts
 */
export const metric = z.strictObject({
  name: text('Name of the metric, unique in the run.'),
  interval: duration(
    'Time between measurements, such as 30s, 5m or 1h. Without it there is one measurement.',
  ).exactOptional(),
  initialDelay: duration('Time to wait before the first measurement.').exactOptional(),
  count: intOrString(
    'Number of measurements. Without it: one, or as many as it takes where there is an interval.',
  ).exactOptional(),
  successCondition: text(
    'Expression over `result` that says whether a measurement is successful, such as result[0] >= 0.95.',
  ).exactOptional(),
  failureCondition: text(
    'Expression over `result` that says whether a measurement failed. Where neither condition holds it is inconclusive.',
  ).exactOptional(),
  failureLimit: intOrString(
    'Failed measurements that are tolerated before the metric fails (default 0; -1: any number).',
  ).exactOptional(),
  inconclusiveLimit: intOrString('Inconclusive measurements that are tolerated (default 0).').exactOptional(),
  consecutiveErrorLimit: intOrString('Errors in a row that are tolerated (default 4).').exactOptional(),
  consecutiveSuccessLimit: intOrString(
    'Successful measurements in a row that make the metric successful (default 0: not looked at).',
  ).exactOptional(),
  provider: metricProvider,
});
export type Metric = z.infer<typeof metric>;

const dryRun = z.strictObject({
  metricName: text('Regular expression that is found in the names of the metrics that are meant; .* for all of them.'),
});
export type DryRun = z.infer<typeof dryRun>;

const measurementRetention = z.strictObject({
  metricName: text('Regular expression that is found in the names of the metrics that are meant; .* for all of them.'),
  limit: int32('Newest measurements to keep in the status (default 10).'),
});
export type MeasurementRetention = z.infer<typeof measurementRetention>;

export const metricList = list(metric, 'Metrics to measure.');
export const dryRunList = list(dryRun, 'Metrics that are measured but do not count for the verdict.');
export const measurementRetentionList = list(measurementRetention, 'How many measurements the status keeps.');
