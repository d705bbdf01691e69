import type { Rule } from '../rule.ts';

export const unknownWord: Rule = {
  severity: 'error',
  summary: 'A word that the field does not have.',
};
