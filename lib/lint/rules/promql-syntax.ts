import type { Rule } from '../rule.ts';
import { findHelm } from '../find-helm.ts';

export const promqlSyntax: Rule = {
  severity: 'error',
  summary: 'A query that is no PromQL, or gives a text.',
  provider: 'prometheus',
  metric({ query, provided }) {
    if (query === undefined || findHelm(query.text) !== undefined) return [];
    const { keys, text, fault, type } = query;
    if (fault) return [{ keys, message: `not PromQL: ${fault.message}`, value: text, span: fault.span }];
    if (type === 'string')
      return [{ keys, message: 'the query gives a text, which no condition can see', value: text }];
    if (type !== 'matrix' || provided?.spec['rangeQuery'] === undefined) return [];
    const message = 'a range of time is asked of a query that gives ranges itself';
    return [{ keys, message, hint: 'leave out the [...], or put a function around it', value: text }];
  },
};
