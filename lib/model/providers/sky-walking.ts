import { z } from 'zod';
import { may, struct } from '../json-form.ts';
import type { ProviderRow } from '../provider-row.ts';
import { duration, text } from '../schema.ts';

const skyWalkingMetric = z
  .strictObject({
    address: text('URL of the server.').exactOptional(),
    query: text('GraphQL query.').exactOptional(),
    interval: duration('Window of time that the query looks back over (default 5m).').exactOptional(),
  })
  .describe('An Apache SkyWalking query.');
export type SkyWalkingMetric = z.infer<typeof skyWalkingMetric>;

export const skyWalking = {
  type: 'skywalking',
  precedence: 11,
  schema: skyWalkingMetric,
  json: struct<SkyWalkingMetric>({ address: may, query: may, interval: may }),
  times: { interval: 'duration' },
  urls: ['address'],
  harmless: { query: '{ version }' },
} as const satisfies ProviderRow;
