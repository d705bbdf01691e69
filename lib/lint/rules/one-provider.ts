import { countProviders } from '../../analysis/provider-type.ts';
import type { Rule } from '../rule.ts';

export const oneProvider: Rule = {
  severity: 'error',
  summary: 'A metric without a provider, or with several.',
  metric({ metric, keys }) {
    const count = countProviders(metric.provider);
    if (count === 1) return [];
    return [
      { keys: [...keys, 'provider'], message: count === 0 ? 'no provider specified' : 'multiple providers specified' },
    ];
  },
};
