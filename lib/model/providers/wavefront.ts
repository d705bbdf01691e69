import { z } from 'zod';
import { may, struct } from '../json-form.ts';
import type { ProviderRow } from '../provider-row.ts';
import { text } from '../schema.ts';

const wavefrontMetric = z
  .strictObject({
    address: text('Host of the server; the token is found under it in the Secret.').exactOptional(),
    query: text('Wavefront query.').exactOptional(),
  })
  .describe('A Wavefront query.');
export type WavefrontMetric = z.infer<typeof wavefrontMetric>;

export const wavefront = {
  type: 'Wavefront',
  precedence: 6,
  schema: wavefrontMetric,
  json: struct<WavefrontMetric>({ address: may, query: may }),
  keepsMetadata: ['warnings'],
  hostField: 'address',
  harmless: { query: '1' },
} as const satisfies ProviderRow;
