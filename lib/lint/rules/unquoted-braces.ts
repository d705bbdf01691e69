import type { Rule } from '../rule.ts';

export const unquotedBraces: Rule = {
  severity: 'error',
  summary: 'A {{ begins a value and has no quotes, so that YAML takes it for a map.',
};
