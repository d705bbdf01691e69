import { z } from 'zod';
import { text } from '../schema.ts';

export const influxdbMetric = z
  .strictObject({
    profile: text(
      'Name of the Secret with the address, the token and the organisation (default influxdb).',
    ).exactOptional(),
    query: text('Flux query.').exactOptional(),
  })
  .describe('An InfluxDB query.');
export type InfluxdbMetric = z.infer<typeof influxdbMetric>;
