import type { Rule } from '../rule.ts';

export const emptyField: Rule = {
  severity: 'warning',
  summary: 'A field with nothing behind it, which API servers drop.',
};
