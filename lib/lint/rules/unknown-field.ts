import type { Rule } from '../rule.ts';

export const unknownField: Rule = {
  severity: 'warning',
  summary: 'A field that nobody knows, which API servers drop.',
};
