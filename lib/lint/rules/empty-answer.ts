import type { Node } from '../../expression/ast.ts';
import { isResult } from '../condition.ts';
import type { Rule } from '../rule.ts';

export const emptyAnswer: Rule = {
  severity: 'advice',
  summary: 'A query that may find nothing, and a condition that cannot bear it.',
  provider: 'prometheus',
  metric({ query, conditions, resultType }) {
    if (query === undefined || query.hasDefault || resultType !== '[]float64') return [];
    return conditions.flatMap(({ keys, text, filled, fault, mismatch, nodes }) => {
      if (fault ?? mismatch) return [];
      const index = nodes.find(
        (node) => node.kind === 'member' && isResult(node.node) && node.property.kind === 'integer',
      );
      if (index === undefined || nodes.some(isGuard)) return [];
      const message = 'no series at all gives no result[0], and so Error';
      const hint = 'begin with `len(result) > 0 &&`, or end the query with `or vector(0)`';
      return [{ keys, message, hint, value: text, span: filled.spanOf(spanOf(filled.text, index)) }];
    });
  },
};

/** Whether it looks at the list as a whole, which is where nothing shows. */
function isGuard(node: Node): boolean {
  if (node.kind === 'builtin') return node.args.some(isResult);
  if (node.kind === 'call') return node.args.some(isResult);
  return node.kind === 'binary' && (isResult(node.left) || isResult(node.right));
}

function spanOf(text: string, { at }: Node): readonly [number, number] {
  const from = text.lastIndexOf('result', at);
  return from === -1 ? [at, at + 1] : [from, Math.max(at, text.indexOf(']', at) + 1)];
}
