import { z } from 'zod';
import { authentication, authenticationJson } from '../authentication.ts';
import { headerList, headerListJson } from '../header.ts';
import { may, maybe, set, struct } from '../json-form.ts';
import type { ProviderRow } from '../provider-row.ts';
import { duration, flag, int64, text } from '../schema.ts';

const rangeQuery = z
  .strictObject({
    start: text('Expression for the first time, such as now() - duration("1h").').exactOptional(),
    end: text('Expression for the last time, such as now().').exactOptional(),
    step: duration('Longest time between two points, such as 30s, 5m or 1h.').exactOptional(),
  })
  .describe('Asks for a range of time instead of one instant.');

const prometheusMetric = z
  .strictObject({
    address: text('URL of the server, such as http://prometheus.monitoring.svc:9090.').exactOptional(),
    query: text('PromQL query.').exactOptional(),
    authentication: authentication.exactOptional(),
    timeout: int64('Seconds that the query may take (default 30).').exactOptional(),
    insecure: flag('Accept any TLS certificate.').exactOptional(),
    headers: headerList.exactOptional(),
    rangeQuery: rangeQuery.exactOptional(),
  })
  .describe('A Prometheus query.');
export type PrometheusMetric = z.infer<typeof prometheusMetric>;

export const prometheus = {
  type: 'Prometheus',
  precedence: 1,
  schema: prometheusMetric,
  json: struct<PrometheusMetric>({
    address: may,
    query: may,
    authentication: authenticationJson,
    timeout: set,
    insecure: may,
    headers: headerListJson,
    rangeQuery: maybe(struct<z.infer<typeof rangeQuery>>({ start: may, end: may, step: may })),
  }),
  times: { 'rangeQuery.step': 'duration', 'rangeQuery.start': 'expression', 'rangeQuery.end': 'expression' },
  urls: ['address'],
  harmless: { query: 'vector(1)' },
} as const satisfies ProviderRow;
