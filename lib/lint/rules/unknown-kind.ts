import type { Rule } from '../rule.ts';

export const unknownKind: Rule = {
  severity: 'error',
  summary: 'The apiVersion or kind is nearly one of ours.',
};
