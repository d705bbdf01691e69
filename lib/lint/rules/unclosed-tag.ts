import { splitAtTags } from '../../analysis/substitute.ts';
import type { Rule } from '../rule.ts';
import { textsIn } from '../values.ts';

export const unclosedTag: Rule = {
  severity: 'error',
  summary: 'A {{ without its }}.',
  metric: ({ metric, keys }) =>
    textsIn(metric, keys).flatMap(({ text, keys: at, isName }) => {
      const { unclosed } = splitAtTags(text);
      if (unclosed === undefined) return [];
      const from = text.length - unclosed.length - 2;
      const span = [from, text.length] as const;
      return [{ keys: at, message: 'there is no }} after {{', ...(!isName && { span }) }];
    }),
};
