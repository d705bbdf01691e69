import { z } from 'zod';
import { may, struct } from '../json-form.ts';
import type { ProviderRow } from '../provider-row.ts';
import { text } from '../schema.ts';

const graphiteMetric = z
  .strictObject({
    address: text('URL of the server.').exactOptional(),
    query: text('Graphite target.').exactOptional(),
  })
  .describe('A Graphite query.');
export type GraphiteMetric = z.infer<typeof graphiteMetric>;

export const graphite = {
  type: 'Graphite',
  precedence: 9,
  schema: graphiteMetric,
  json: struct<GraphiteMetric>({ address: may, query: may }),
  resultType: '[]float64',
  showsUnjudged: true,
  urls: ['address'],
  harmless: { query: 'target=constantLine(1)&from=-1min' },
} as const satisfies ProviderRow;
