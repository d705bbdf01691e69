import { isResult } from '../condition.ts';
import type { Rule } from '../rule.ts';

export const defaultIgnoresArgument: Rule = {
  severity: 'advice',
  summary: 'default() of something else than the result, which it does not look at.',
  metric: ({ conditions }) =>
    conditions.flatMap(({ keys, text, filled, fault, nodes }) => {
      if (fault !== undefined) return [];
      return nodes.flatMap((node) => {
        if (node.kind !== 'call' || node.callee.kind !== 'identifier' || node.callee.name !== 'default') return [];
        const [value, other] = node.args;
        if (value === undefined || isResult(value)) return [];
        const message = 'default() looks at the whole result, whatever it is given';
        const instead = writeInstead(filled.text.slice(node.at));
        const hint = other === undefined ? undefined : `write ${instead ?? 'x ?? y'}`;
        return [{ keys, message, hint, value: text, span: filled.spanOf([node.at, node.at + 'default'.length]) }];
      });
    }),
};

/** `default(result.nope, 3)` → `result.nope ?? 3`. */
function writeInstead(call: string): string | undefined {
  const [, value, other] = /^default\(\s*([\w.?[\]]+)\s*,\s*([^(),]+?)\s*\)/.exec(call) ?? [];
  return value === undefined || other === undefined ? undefined : `${value} ?? ${other}`;
}
