import { z } from 'zod';
import { may, struct } from '../json-form.ts';
import type { ProviderRow } from '../provider-row.ts';
import { text } from '../schema.ts';

const influxdbMetric = z
  .strictObject({
    profile: text(
      'Name of the Secret with the address, the token and the organisation (default influxdb).',
    ).exactOptional(),
    query: text('Flux query.').exactOptional(),
  })
  .describe('An InfluxDB query.');
export type InfluxdbMetric = z.infer<typeof influxdbMetric>;

export const influxdb = {
  type: 'Influxdb',
  precedence: 10,
  schema: influxdbMetric,
  json: struct<InfluxdbMetric>({ profile: may, query: may }),
  resultType: '[]any',
  account: { field: 'profile', byDefault: 'influxdb' },
  harmless: { query: 'import "array" array.from(rows: [{_value: 1}])' },
} as const satisfies ProviderRow;
