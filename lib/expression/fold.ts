import type { BinaryNode, BuiltinNode, Node, UnaryNode } from './ast.ts';
import { ANY_SLICE, BOOL, FLOAT64, INT, STRING } from './go-type.ts';
import { concat } from './go/strings.ts';
import { power } from './power.ts';
import type { SyntaxFault } from './lex.ts';
import { UNKNOWN, natureOf } from './nature.ts';
import type { Value } from './value.ts';
import { walk } from './walk.ts';

/** Puts a node in the place of another, whose position it takes over. */
export function inPlaceOf(old: Node, replacement: Node): Node {
  replacement.at = old.at;
  return replacement;
}

/** The same, and the replacement takes over the type, though not more of the nature. */
export function typedAs(old: Node, replacement: Node): Node {
  replacement.nature = old.nature.type === undefined ? UNKNOWN : natureOf(old.nature.type);
  return inPlaceOf(old, replacement);
}

/**
 * Computes what is constant, once or more until nothing changes; `x && true` becomes x, whatever x is. Gives the new
 * tree, or the fault of a constant division by zero.
 *
 * @source optimizer/fold.go of expr-lang/expr
 */
export function fold(tree: Node): Node | { readonly fault: SyntaxFault } {
  let folded = tree;
  // Go's own bound, which no condition is known to reach.
  for (let round = 0; round <= 1000; round++) {
    let isChanged = false;
    let fault: SyntaxFault | undefined;
    folded = walk(folded, (node) => {
      const result = foldNode(node);
      if ('fault' in result) {
        // The last one counts, as in Go.
        fault = result.fault;
        return node;
      }
      if (result.node !== node) isChanged = true;
      return result.node;
    });
    if (fault !== undefined) return { fault };
    if (!isChanged) break;
  }
  return folded;
}

type Folded = { readonly node: Node } | { readonly fault: SyntaxFault };

function foldNode(node: Node): Folded {
  switch (node.kind) {
    case 'unary':
      return { node: foldUnary(node) };
    case 'binary':
      if (node.operator === '%') return foldModulo(node);
      return { node: foldBinary(node) };
    case 'array':
      return { node: foldArray(node, node.nodes) };
    case 'builtin':
      return { node: foldFilters(node) };
    default:
      return { node };
  }
}

function constant(old: Node, value: bigint | number | boolean | string): Node {
  const at = old.at;
  switch (typeof value) {
    case 'bigint':
      return { kind: 'integer', value: BigInt.asIntN(64, value), at, nature: natureOf(INT) };
    case 'number':
      return { kind: 'float', value, at, nature: natureOf(FLOAT64) };
    case 'boolean':
      return { kind: 'bool', value, at, nature: natureOf(BOOL) };
    default:
      return { kind: 'string', value, at, nature: natureOf(STRING) };
  }
}

function foldUnary(node: UnaryNode): Node {
  const { operator, operand } = node;
  if (operator === '-' && (operand.kind === 'integer' || operand.kind === 'float')) {
    return constant(node, -operand.value);
  }
  if (operator === '+' && (operand.kind === 'integer' || operand.kind === 'float')) {
    return constant(node, operand.value);
  }
  if ((operator === '!' || operator === 'not') && operand.kind === 'bool') return constant(node, !operand.value);
  return node;
}

function foldBinary(node: BinaryNode): Node {
  const { operator, left, right } = node;
  switch (operator) {
    case '+':
      if (left.kind === 'string' && right.kind === 'string') return constant(node, concat(left.value, right.value));
      return foldNumbers(
        node,
        (a, b) => a + b,
        (a, b) => a + b,
      );
    case '-':
      return foldNumbers(
        node,
        (a, b) => a - b,
        (a, b) => a - b,
      );
    case '*':
      return foldNumbers(
        node,
        (a, b) => a * b,
        (a, b) => a * b,
      );
    case '/':
      return foldNumbers(node, undefined, (a, b) => a / b);
    case '**':
    case '^':
      return foldNumbers(node, undefined, power);
    case 'and':
    case '&&':
      return foldJunction(node, true);
    case 'or':
    case '||':
      return foldJunction(node, false);
    case '==':
      return foldEquality(node);
    default:
      return node;
  }
}

function foldNumbers(
  node: BinaryNode,
  ints: ((a: bigint, b: bigint) => bigint) | undefined,
  floats: (a: number, b: number) => number,
): Node {
  const { left, right } = node;
  if (left.kind === 'integer' && right.kind === 'integer' && ints !== undefined) {
    return constant(node, ints(left.value, right.value));
  }
  if ((left.kind !== 'integer' && left.kind !== 'float') || (right.kind !== 'integer' && right.kind !== 'float')) {
    return node;
  }
  return constant(node, floats(Number(left.value), Number(right.value)));
}

function foldModulo(node: BinaryNode): Folded {
  const { left, right } = node;
  if (left.kind !== 'integer' || right.kind !== 'integer') return { node };
  if (right.value === 0n) return { fault: { at: node.at, message: 'integer divide by zero' } };
  return { node: constant(node, left.value % right.value) };
}

/** `neutral` and x is x; the other and x is the other, whatever x is. */
function foldJunction(node: BinaryNode, neutral: boolean): Node {
  const { left, right } = node;
  if (left.kind === 'bool' && left.value === neutral) return typedAs(node, right);
  if (right.kind === 'bool' && right.value === neutral) return typedAs(node, left);
  return left.kind === 'bool' || right.kind === 'bool' ? constant(node, !neutral) : node;
}

function foldEquality(node: BinaryNode): Node {
  const { left, right } = node;
  const areAlike =
    left.kind === right.kind && (left.kind === 'integer' || left.kind === 'string' || left.kind === 'bool');
  return areAlike && 'value' in right ? constant(node, left.value === right.value) : node;
}

/** A list of literals only becomes one constant. */
function foldArray(node: Node, nodes: readonly Node[]): Node {
  const values: Value[] = [];
  for (const element of nodes) {
    if (!('value' in element) || !LITERALS.has(element.kind) || typeof element.value === 'object') return node;
    values.push(element.value);
  }
  return values.length === 0 ? node : { kind: 'constant', value: values, at: node.at, nature: natureOf(ANY_SLICE) };
}

const LITERALS: ReadonlySet<string> = new Set(['integer', 'float', 'string', 'bool']);

/** `filter(filter(list, p), q)` becomes `filter(list, p && q)`. */
function foldFilters(node: BuiltinNode): Node {
  const [list, second] = node.args;
  if (node.name !== 'filter' || list?.kind !== 'builtin' || list.name !== 'filter') return node;
  const [inner, first] = list.args;
  if (inner === undefined || first?.kind !== 'predicate' || second?.kind !== 'predicate') return node;
  const both = untyped({ kind: 'binary', operator: '&&', left: first.node, right: second.node });
  return typedAs(
    node,
    untyped({ kind: 'builtin', name: 'filter', args: [inner, untyped({ kind: 'predicate', node: both })] }),
  );
}

type Untyped<Kind extends Node> = Kind extends Node ? Omit<Kind, 'at' | 'nature'> : never;

/** A node that the optimizer makes: without position and type, until it takes those of another. */
export function untyped(node: Untyped<Node>): Node {
  return { ...node, at: 0, nature: UNKNOWN };
}
