import { z } from 'zod';
import { may, must, struct } from '../../lib/model/json-form.ts';
import { formatKey } from '../../lib/model/measurement-key.ts';
import type { Provider } from '../../lib/model/provider.ts';
import type { ProviderRow } from '../../lib/model/provider-row.ts';
import { duration, text } from '../../lib/model/schema.ts';

const toyMetric = z.strictObject({
  address: text('URL of the toys.'),
  query: text('Which toy.').exactOptional(),
  window: duration('How far to look back.').exactOptional(),
});
type ToyMetric = z.infer<typeof toyMetric>;

/** What a new provider brings to lib/model/providers. */
export const toyRow = {
  type: 'Toy',
  precedence: 99,
  schema: toyMetric,
  json: struct<ToyMetric>({ query: may, address: must(''), window: may }),
  times: { window: 'duration' },
  resultType: '[]float64',
  showsUnjudged: true,
} as const satisfies ProviderRow;

/** What a new provider brings to lib/providers. */
export const toy: Provider<ToyMetric> = {
  async read({ address, query = '' }, { fetch, key }) {
    const { body } = await fetch({ url: `${address}/${query}`, headers: [['Idempotency-Key', formatKey(key)]] });
    const value = body.split(' ').map(Number);
    return { is: 'value', result: { type: '[]float64', value }, shown: `[${value.join()}]` };
  },

  metadata: ({ query = '' }) => ({ ResolvedToy: query }),
};
