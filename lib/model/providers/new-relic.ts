import { z } from 'zod';
import { int64, text } from '../schema.ts';

export const newRelicMetric = z
  .strictObject({
    profile: text('Name of the Secret with the account (default newrelic).').exactOptional(),
    query: text('NRQL query.'),
    timeout: int64('Seconds that the query may take.').exactOptional(),
  })
  .describe('A New Relic query.');
export type NewRelicMetric = z.infer<typeof newRelicMetric>;
