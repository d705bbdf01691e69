import { invalidFieldOf, LIMIT_FIELDS } from '../metric-limits.ts';
import type { Rule } from '../rule.ts';

const FIELDS: readonly string[] = LIMIT_FIELDS;

export const invalidLimit: Rule = {
  severity: 'error',
  summary: 'Limits that are negative, or that contradict each other.',
  metric(subject) {
    const invalid = invalidFieldOf(subject);
    if (invalid === undefined || !FIELDS.includes(invalid.field)) return [];
    return [{ keys: [...subject.keys, invalid.field], message: invalid.message }];
  },
};
