import { z } from 'zod';
import { text } from '../schema.ts';

export const graphiteMetric = z
  .strictObject({
    address: text('URL of the server.').exactOptional(),
    query: text('Graphite target.').exactOptional(),
  })
  .describe('A Graphite query.');
export type GraphiteMetric = z.infer<typeof graphiteMetric>;
