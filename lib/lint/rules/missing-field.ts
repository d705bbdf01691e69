import type { Rule } from '../rule.ts';

export const missingField: Rule = {
  severity: 'error',
  summary: 'A field that is required is not there.',
};
