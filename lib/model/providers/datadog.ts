import { z } from 'zod';
import { may, struct } from '../json-form.ts';
import type { ProviderRow } from '../provider-row.ts';
import { duration, flag, text, textMap } from '../schema.ts';

const secretRef = z
  .strictObject({
    name: text('Name of the Secret.').exactOptional(),
    namespaced: flag('Look in the namespace of the run.').exactOptional(),
  })
  .describe('Secret with the address and the keys.');

const AGGREGATORS = ['avg', 'min', 'max', 'sum', 'last', 'percentile', 'mean', 'l2norm', 'area'] as const;

/** The only provider with defaults and closed lists of words in Argo's CRDs. */
const datadogMetric = z
  .strictObject({
    interval: duration('Window of time that the query looks back over.').meta({ default: '5m' }).exactOptional(),
    query: text('Datadog query.').exactOptional(),
    queries: textMap('Queries by name, for use in `formula` (v2 only).').exactOptional(),
    formula: text('Formula over the names in `queries` (v2 only).').exactOptional(),
    apiVersion: z
      .enum(['v1', 'v2'])
      .meta({ description: 'Version of the Datadog API.', default: 'v1' })
      .exactOptional(),
    aggregator: z.enum(AGGREGATORS).describe('How the points become one number (v2 only).').exactOptional(),
    secretRef: secretRef.exactOptional(),
    requestTimeout: duration('Time that a request may take.').meta({ default: '10s' }).exactOptional(),
  })
  .describe('A Datadog query.');
export type DatadogMetric = z.infer<typeof datadogMetric>;

export const datadog = {
  type: 'Datadog',
  precedence: 5,
  schema: datadogMetric,
  json: struct<DatadogMetric>({
    interval: may,
    query: may,
    queries: may,
    formula: may,
    apiVersion: may,
    aggregator: may,
    secretRef: struct<z.infer<typeof secretRef>>({ name: may, namespaced: may }),
    requestTimeout: may,
  }),
  times: { interval: 'duration', requestTimeout: 'duration' },
  account: { field: 'secretRef.name', byDefault: 'datadog' },
  hosts: ['*.datadoghq.com', '*.datadoghq.eu', '*.ddog-gov.com'],
  harmless: { apiVersion: 'v1', interval: '5m', query: 'avg:datadog.estimated_usage.hosts{*}' },
} as const satisfies ProviderRow;
