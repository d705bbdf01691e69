import type { Node } from '../../expression/ast.ts';
import { print } from '../../expression/print.ts';
import type { Rule } from '../rule.ts';
import type { Span } from '../span.ts';

export const neverTrue: Rule = {
  severity: 'warning',
  summary: 'A condition with comparisons that exclude each other.',
  metric: ({ conditions }) =>
    conditions.flatMap((condition) => {
      const { keys, text, filled, fault } = condition;
      if (fault !== undefined || !filled.isKnown || !/&&|\band\b/.test(filled.text)) return [];
      const [tree] = condition.nodes;
      const span = tree && contradiction(conjuncts(tree));
      if (span === undefined) return [];
      const message = 'never true: its comparisons exclude each other';
      return [{ keys, message, value: text, span: filled.spanOf(span) }];
    }),
};

function conjuncts(node: Node): Node[] {
  const isAnd = node.kind === 'binary' && (node.operator === '&&' || node.operator === 'and');
  return isAnd ? [...conjuncts(node.left), ...conjuncts(node.right)] : [node];
}

interface Bounds {
  low: number;
  high: number;
  isLowOut: boolean;
  isHighOut: boolean;
}

/** The operator of the comparison that leaves nothing. */
function contradiction(parts: readonly Node[]): Span | undefined {
  const known = new Map<string, Bounds>();
  for (const part of parts) {
    if (part.kind !== 'binary') continue;
    const limit = numberOf(part.right);
    if (limit === undefined) continue;
    const left = print(part.left);
    const bounds = known.get(left) ?? { low: -Infinity, high: Infinity, isLowOut: false, isHighOut: false };
    narrow(bounds, part.operator, limit);
    known.set(left, bounds);
    const { low, high, isLowOut, isHighOut } = bounds;
    if (low > high || (low === high && (isLowOut || isHighOut))) return [part.at, part.at + part.operator.length];
  }
  return undefined;
}

function narrow(bounds: Bounds, operator: string, limit: number): void {
  const isStrict = operator === '<' || operator === '>';
  if (/^(?:>=?|==)$/.test(operator) && limit >= bounds.low) {
    bounds.isLowOut = isStrict || (bounds.isLowOut && limit === bounds.low);
    bounds.low = limit;
  }
  if (/^(?:<=?|==)$/.test(operator) && limit <= bounds.high) {
    bounds.isHighOut = isStrict || (bounds.isHighOut && limit === bounds.high);
    bounds.high = limit;
  }
}

function numberOf(node: Node): number | undefined {
  if (node.kind === 'integer' || node.kind === 'float') return Number(node.value);
  const isNegative = node.kind === 'unary' && node.operator === '-';
  const size = isNegative ? numberOf(node.operand) : undefined;
  return size === undefined ? undefined : -size;
}
