import type { Node } from '../../expression/ast.ts';
import type { Rule } from '../rule.ts';

export const nanByDivision: Rule = {
  severity: 'advice',
  summary: 'A division that may be 0 by 0, which is NaN and compares with nothing.',
  provider: 'prometheus',
  metric({ query, conditions, resultType }) {
    const [division] = query?.divisions ?? [];
    if (query === undefined || division === undefined || resultType === 'unknown') return [];
    const [condition, other] = conditions;
    // Of two conditions, neither holds: the measurement is inconclusive, which is what NaN is.
    if (condition === undefined || other !== undefined || (condition.fault ?? condition.mismatch)) return [];
    if (condition.nodes.some((node) => node.kind === 'call' && isNaNCall(node.callee))) return [];
    const outcome = condition.field === 'successCondition' ? 'Failed' : 'Successful';
    const message = `without traffic this is 0 by 0: NaN, for which every comparison is false, and so ${outcome}`;
    const hint = 'put `> 0` behind the divisor, or isNaN(result[0]) into the condition';
    return [{ keys: query.keys, message, hint, span: division }];
  },
};

function isNaNCall(callee: Node): boolean {
  return callee.kind === 'identifier' && (callee.name === 'isNaN' || callee.name === 'isInf');
}
