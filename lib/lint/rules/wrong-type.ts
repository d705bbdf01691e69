import type { Rule } from '../rule.ts';

export const wrongType: Rule = {
  severity: 'error',
  summary: 'A field has a value of another type than its schema says.',
};
