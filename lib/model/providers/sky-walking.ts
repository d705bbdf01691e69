import { z } from 'zod';
import { duration, text } from '../schema.ts';

export const skyWalkingMetric = z
  .strictObject({
    address: text('URL of the server.').exactOptional(),
    query: text('GraphQL query.').exactOptional(),
    interval: duration('Window of time that the query looks back over (default 5m).').exactOptional(),
  })
  .describe('An Apache SkyWalking query.');
export type SkyWalkingMetric = z.infer<typeof skyWalkingMetric>;
