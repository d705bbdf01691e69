import { z } from 'zod';
import { PROVIDER_ROWS, type ProviderField } from './provider-rows.ts';

type Shape = {
  readonly [Field in ProviderField]: z.ZodExactOptional<(typeof PROVIDER_ROWS)[Field]['schema']>;
};

/** Where a metric is read: one of the providers in `provider-rows.ts`, each under its own field. */
export const metricProvider = z
  .strictObject(
    Object.fromEntries(
      Object.entries(PROVIDER_ROWS).map(([field, { schema }]) => [field, schema.exactOptional()]),
    ) as Shape,
  )
  .describe('Where the metric is read: exactly one of these.');
export type MetricProvider = z.infer<typeof metricProvider>;
