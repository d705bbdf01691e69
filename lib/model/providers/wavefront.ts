import { z } from 'zod';
import { text } from '../schema.ts';

export const wavefrontMetric = z
  .strictObject({
    address: text('Host of the server; the token is found under it in the Secret.').exactOptional(),
    query: text('Wavefront query.').exactOptional(),
  })
  .describe('A Wavefront query.');
export type WavefrontMetric = z.infer<typeof wavefrontMetric>;
