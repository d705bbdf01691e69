import { explainExpression } from '../explain-expression.ts';
import type { Rule } from '../rule.ts';
import { isResultIndex } from '../is-result-index.ts';
import { isBareArgument } from '../condition.ts';
import { findHelm } from '../find-helm.ts';

export const conditionInvalid: Rule = {
  severity: 'error',
  summary: 'A condition that cannot be evaluated, or gives neither true nor false.',
  metric: (subject) =>
    subject.conditions.flatMap((condition) => {
      const { keys, text, filled, fault, mismatch } = condition;
      const error = fault ?? mismatch;
      if (error === undefined || isBareArgument(error) || isResultIndex(condition, subject)) return [];
      if (findHelm(text) !== undefined) return [];
      // What stands for an argument may be at fault, but not a name that nobody knows.
      if (!filled.isKnown && error.unknownName === undefined) return [];
      const { message, hint } = explainExpression(error);
      const span = filled.spanOf([error.offset, endOfToken(filled.text, error.offset)]);
      const fix = /unexpected token Operator\("="\)/.test(message) ? [{ keys, span, text: '==' }] : undefined;
      return [{ keys, message, hint, value: text, span, ...(fix && { fix }) }];
    }),
};

/** Words and numbers as a whole, of the rest one sign. */
function endOfToken(text: string, from: number): number {
  const [token = ''] = /^(?:[\w$]+|[<>=!&|]+|.)/u.exec(text.slice(from)) ?? [];
  return from + token.length;
}
