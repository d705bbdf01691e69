import { z } from 'zod';
import { each, may, maybe, must, mustEach, set, struct } from '../json-form.ts';
import type { ProviderRow } from '../provider-row.ts';
import { duration, flag, intOrString, list, text } from '../schema.ts';

const dimension = z.strictObject({
  name: text('Name of the dimension.').exactOptional(),
  value: text('Value of the dimension.').exactOptional(),
});

const metricStatMetric = z
  .strictObject({
    dimensions: list(dimension, 'Dimensions that single out the series.').exactOptional(),
    metricName: text('Name of the metric.').exactOptional(),
    namespace: text('Namespace of the metric, such as AWS/ApplicationELB.').exactOptional(),
  })
  .describe('The metric itself.');

const metricStat = z
  .strictObject({
    metric: metricStatMetric.exactOptional(),
    period: intOrString('Seconds that one point stands for.').exactOptional(),
    stat: text('Statistic, such as Sum or p99.').exactOptional(),
    unit: text('Unit, such as Count.').exactOptional(),
  })
  .describe('A statistic of a metric; otherwise use `expression`.');

const metricDataQuery = z.strictObject({
  id: text('Name of the query within the metric.').exactOptional(),
  expression: text('Metric math or SQL expression.').exactOptional(),
  label: text('Label in the answer.').exactOptional(),
  metricStat: metricStat.exactOptional(),
  period: intOrString('Seconds that one point of an expression stands for.').exactOptional(),
  returnData: flag('Whether the answer holds this query; only one does (default true).').exactOptional(),
});

const cloudWatchMetric = z
  .strictObject({
    interval: duration('Window of time that the queries look back over (default 5m).').exactOptional(),
    metricDataQueries: list(metricDataQuery, 'Queries, as GetMetricData takes them.'),
  })
  .describe('Amazon CloudWatch queries.');
export type CloudWatchMetric = z.infer<typeof cloudWatchMetric>;

const metricStatJson = struct<z.infer<typeof metricStat>>({
  metric: struct<z.infer<typeof metricStatMetric>>({
    dimensions: each(struct<z.infer<typeof dimension>>({ name: may, value: may })),
    metricName: may,
    namespace: set,
  }),
  period: must(0),
  stat: may,
  unit: may,
});

const queryJson = struct<z.infer<typeof metricDataQuery>>({
  id: may,
  expression: set,
  label: set,
  metricStat: maybe(metricStatJson),
  period: set,
  returnData: set,
});

export const cloudWatch = {
  type: 'CloudWatch',
  precedence: 8,
  schema: cloudWatchMetric,
  json: struct<CloudWatchMetric>({ interval: may, metricDataQueries: mustEach(queryJson) }),
  times: { interval: 'duration' },
  resultType: '[]MetricDataResult',
  showsUnjudged: true,
  hosts: ['*.amazonaws.com', '*.amazonaws.com.cn'],
  harmless: { interval: '5m', metricDataQueries: [{ id: 'one', expression: 'TIME_SERIES(1)', period: 60 }] },
} as const satisfies ProviderRow;
