import { LIMIT_FIELDS } from '../metric-limits.ts';
import type { Rule } from '../rule.ts';
import { fillKnown } from '../values.ts';

export const limitNotNumber: Rule = {
  severity: 'warning',
  summary: 'A limit that is no whole number, and counts as 0.',
  metric: ({ metric, keys, analysis }) =>
    LIMIT_FIELDS.flatMap((field) => {
      const limit = metric[field];
      const known = typeof limit === 'string' ? fillKnown(limit, analysis.values.withPlaceholders)?.text : undefined;
      if (known === undefined || /^[+-]?[0-9]+$/.test(known)) return [];
      const message = 'not a whole number: it counts as 0';
      return [{ keys: [...keys, field], message, value: limit }];
    }),
};
