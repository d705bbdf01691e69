import { z } from 'zod';
import { may, must, set, struct } from '../json-form.ts';
import type { ProviderRow } from '../provider-row.ts';
import { int64, text } from '../schema.ts';

const newRelicMetric = z
  .strictObject({
    profile: text('Name of the Secret with the account (default newrelic).').exactOptional(),
    query: text('NRQL query.'),
    timeout: int64('Seconds that the query may take.').exactOptional(),
  })
  .describe('A New Relic query.');
export type NewRelicMetric = z.infer<typeof newRelicMetric>;

export const newRelic = {
  type: 'NewRelic',
  precedence: 7,
  schema: newRelicMetric,
  json: struct<NewRelicMetric>({ profile: may, query: must(''), timeout: set }),
  account: { field: 'profile', byDefault: 'newrelic' },
  hosts: ['*.newrelic.com'],
  harmless: { query: 'SELECT count(*) FROM Metric SINCE 1 minute ago' },
} as const satisfies ProviderRow;
