import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import type { PromQlQuery } from '../promql-query.ts';
import type { Span } from '../span.ts';

/** Reads a query with the grammar of Prometheus' own editor. Never throws. */
export function readPromQl(query: string): PromQlQuery {
  const tree = parser.parse(query);
  const fault = faultOf(tree, query);
  const top = childrenOf(tree.topNode).find(({ name }) => EXPRS.has(name));
  if (fault !== undefined || top === undefined) {
    return {
      type: undefined,
      fault: fault ?? { message: 'there is no query', span: [0, query.length] },
      divisions: [],
      hasDefault: true,
    };
  }
  return { type: typeOf(top, query), divisions: divisionsIn(top, query), hasDefault: hasDefault(top, query) };
}

type Type = NonNullable<PromQlQuery['type']>;

function faultOf(tree: Tree, query: string): PromQlQuery['fault'] {
  let fault: PromQlQuery['fault'];
  tree.iterate({
    enter(node) {
      if (fault !== undefined) return false;
      if (!node.type.isError) return undefined;
      const [found = ''] = /^\s*(\w+|\S)/.exec(query.slice(node.from)) ?? [];
      const message = found === '' ? 'it ends too early' : `unexpected ${JSON.stringify(found.trim())}`;
      const from = Math.min(node.from + found.length - found.trim().length, Math.max(0, query.length - 1));
      fault = { message, span: [from, Math.max(from + 1, from + found.trim().length)] };
      return false;
    },
  });
  return fault;
}

const EXPRS: ReadonlySet<string> = new Set([
  'AggregateExpr',
  'AnchoredExpr',
  'BinaryExpr',
  'FunctionCall',
  'MatrixSelector',
  'NumberDurationLiteral',
  'OffsetExpr',
  'ParenExpr',
  'SmoothedExpr',
  'StepInvariantExpr',
  'StringLiteral',
  'SubqueryExpr',
  'UnaryExpr',
  'VectorSelector',
]);

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function exprsOf(node: SyntaxNode): SyntaxNode[] {
  return childrenOf(node).filter(({ name }) => EXPRS.has(name));
}

/** The functions that give one number, and the one that gives a text is none. */
const SCALARS: ReadonlySet<string> = new Set(['scalar', 'time', 'pi']);

function typeOf(node: SyntaxNode, query: string): Type | undefined {
  const [inner] = exprsOf(node);
  switch (node.name) {
    case 'NumberDurationLiteral':
      return 'scalar';
    case 'StringLiteral':
      return 'string';
    case 'MatrixSelector':
    case 'SubqueryExpr':
      return 'matrix';
    case 'FunctionCall':
      return SCALARS.has(functionOf(node, query)) ? 'scalar' : 'vector';
    case 'BinaryExpr': {
      const types = exprsOf(node).map((part) => typeOf(part, query));
      return types.every((type) => type === 'scalar') ? 'scalar' : 'vector';
    }
    case 'AggregateExpr':
    case 'VectorSelector':
      return 'vector';
    default:
      return inner && typeOf(inner, query);
  }
}

function functionOf(node: SyntaxNode, query: string): string {
  const name = node.getChild('FunctionIdentifier');
  return name === null ? '' : query.slice(name.from, name.to).toLowerCase();
}

function bodyOf(node: SyntaxNode): SyntaxNode[] {
  const body = node.getChild('FunctionCallBody');
  return body === null ? [] : exprsOf(body);
}

function operatorOf(node: SyntaxNode): string {
  return childrenOf(node).find(({ name }) => !EXPRS.has(name) && !name.endsWith('Comment'))?.name ?? '';
}

function withoutParens(node: SyntaxNode): SyntaxNode {
  const [inner] = node.name === 'ParenExpr' || node.name === 'UnaryExpr' ? exprsOf(node) : [];
  return inner ? withoutParens(inner) : node;
}

const COMPARISONS: ReadonlySet<string> = new Set(['Gtr', 'Lss', 'Gte', 'Lte', 'Eql', 'EqlC', 'EqlSingle', 'Neq']);
const FILTERS: ReadonlySet<string> = new Set([...COMPARISONS, 'Or', 'And', 'Unless']);

/** Those of the query's own value: one that a comparison filters, or that is only a part of an aggregate, counts too. */
function divisionsIn(node: SyntaxNode, query: string): Span[] {
  const own = withoutParens(node);
  if (own.name === 'AggregateExpr' || own.name === 'FunctionCall') {
    if (own.name === 'FunctionCall' && ABSENT.has(functionOf(own, query))) return [];
    return bodyOf(own).flatMap((part) => divisionsIn(part, query));
  }
  if (own.name !== 'BinaryExpr') return [];
  const operator = operatorOf(own);
  // A comparison drops what is NaN; what stands behind `or` may too.
  if (FILTERS.has(operator)) return [];
  const [dividend, divisor] = exprsOf(own);
  const deeper = [dividend, divisor].flatMap((part) => (part ? divisionsIn(part, query) : []));
  if (operator !== 'Div' || dividend === undefined || divisor === undefined || isNeverZero(divisor, query))
    return deeper;
  const sign = childrenOf(own).find(({ name }) => name === 'Div');
  return sign ? [[sign.from, sign.to], ...deeper] : deeper;
}

const ABSENT: ReadonlySet<string> = new Set(['absent', 'absent_over_time', 'scalar']);

function isNeverZero(divisor: SyntaxNode, query: string): boolean {
  const node = withoutParens(divisor);
  if (node.name === 'NumberDurationLiteral') return Number(query.slice(node.from, node.to)) !== 0;
  if (node.name === 'AggregateExpr') {
    // Of what is there, there is at least one.
    const name = query.slice(node.from, node.to).toLowerCase();
    return name.startsWith('count') || bodyOf(node).some((part) => isNeverZero(part, query));
  }
  if (node.name === 'FunctionCall') {
    const name = functionOf(node, query);
    if (name === 'clamp_min' || name === 'clamp')
      return bodyOf(node)
        .slice(1, 2)
        .every((part) => isNeverZero(part, query));
    if (name === 'vector') return bodyOf(node).every((part) => isNeverZero(part, query));
    return name === 'time' || name === 'pi';
  }
  if (node.name !== 'BinaryExpr') return false;
  const [left, right] = exprsOf(node);
  const operator = operatorOf(node);
  if (COMPARISONS.has(operator)) return operator === 'Gtr' || operator === 'Neq';
  if (operator === 'Or') return [left, right].every((part) => part !== undefined && isNeverZero(part, query));
  if (operator === 'Mul' || operator === 'Pow') {
    return [left, right].every((part) => part !== undefined && isNeverZero(part, query));
  }
  // Something is added to what counts: `x + 1`.
  return operator === 'Add' && [left, right].some((part) => part !== undefined && isNeverZero(part, query));
}

function hasDefault(node: SyntaxNode, query: string): boolean {
  const type = typeOf(node, query);
  if (type !== 'vector') return type === 'scalar';
  const own = withoutParens(node);
  if (own.name === 'FunctionCall') {
    const name = functionOf(own, query);
    if (name === 'vector') return true;
    return !ABSENT.has(name) && bodyOf(own).some((part) => hasDefaultVector(part, query));
  }
  if (own.name === 'AggregateExpr') return bodyOf(own).some((part) => hasDefaultVector(part, query));
  if (own.name !== 'BinaryExpr') return false;
  const parts = exprsOf(own);
  const operator = operatorOf(own);
  if (operator === 'Or') return parts.some((part) => hasDefaultVector(part, query));
  if (
    operator === 'Unless' ||
    operator === 'And' ||
    (COMPARISONS.has(operator) && childrenOf(own).every(({ name }) => name !== 'BoolModifier'))
  )
    return false;
  return parts.every((part) => hasDefault(part, query));
}

function hasDefaultVector(node: SyntaxNode, query: string): boolean {
  return typeOf(node, query) === 'vector' && hasDefault(node, query);
}
