import type { Rule } from '../rule.ts';
import { tagsOf } from '../values.ts';

export const argumentInArgument: Rule = {
  severity: 'advice',
  summary: 'An argument whose value names another, which stays as it stands.',
  analysis: ({ args }) =>
    args.flatMap(({ value }, index) => {
      const tag = tagsOf(value ?? '').find(({ name }) => name.startsWith('args.'));
      if (tag === undefined) return [];
      const message = `{{${tag.name}}} stays as it stands: values of arguments are not filled in again`;
      return [{ keys: ['spec', 'args', index, 'value'], message, hint: 'put both into the metric', span: tag.span }];
    }),
};
