import type { Rule } from '../rule.ts';

export const yamlSyntax: Rule = {
  severity: 'error',
  summary: 'The text is neither YAML nor JSON.',
};
