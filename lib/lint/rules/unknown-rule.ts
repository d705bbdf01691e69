import type { Rule } from '../rule.ts';

export const unknownRule: Rule = {
  severity: 'warning',
  summary: 'A comment switches off a rule that there is not.',
};
