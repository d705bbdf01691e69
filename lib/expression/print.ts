import type { BinaryNode, ConditionalNode, MemberNode, Node, PairNode, SliceNode, UnaryNode } from './ast.ts';
import { isIdentifier } from './characters.ts';
import { marshal } from './go/json.ts';
import { formatFloat, quote } from './go/strconv.ts';
import { BINARY, UNARY, isBoolean } from './operators.ts';
import { run } from './trampoline.ts';
import type { Routine } from './trampoline.ts';

/**
 * A tree as text again. The optimizer takes two lists for the same if they print alike.
 *
 * @source ast/print.go of expr-lang/expr
 */
export function print(tree: Node): string {
  return run(printed(tree));
}

function* printed(node: Node): Routine<string> {
  switch (node.kind) {
    case 'nil':
      return 'nil';
    case 'identifier':
      return node.name;
    case 'integer':
    case 'bool':
      return String(node.value);
    case 'float':
      return formatFloat(node.value);
    case 'string':
      return quote(node.value);
    case 'bytes':
      return `b${quote(node.value)}`;
    case 'constant':
      return marshal(node.value);
    case 'unary':
      return yield printedUnary(node);
    case 'binary':
      return yield printedBinary(node);
    case 'chain':
    case 'predicate':
      return yield printed(node.node);
    case 'member':
      return yield printedMember(node);
    case 'slice':
      return yield printedSlice(node);
    case 'call':
      return `${yield printed(node.callee)}(${yield printedList(node.args)})`;
    case 'builtin':
      return `${node.name}(${yield printedList(node.args)})`;
    case 'pointer':
      return `#${node.name}`;
    case 'variable':
      return `let ${node.name} = ${yield printed(node.value)}; ${yield printed(node.body)}`;
    case 'sequence':
      return yield printedList(node.nodes, '; ');
    case 'conditional':
      return yield printedConditional(node);
    case 'array':
      return `[${yield printedList(node.nodes)}]`;
    case 'map':
      return `{${yield printedList(node.pairs)}}`;
    default:
      return yield printedPair(node);
  }
}

function* printedPair({ key, value }: PairNode): Routine<string> {
  const shown = yield printed(value);
  if (key.kind !== 'string') return `(${yield printed(key)}): ${shown}`;
  return `${isIdentifier(key.value) ? key.value : quote(key.value)}: ${shown}`;
}

function* printedList(nodes: readonly Node[], separator = ', '): Routine<string> {
  const parts: string[] = [];
  for (const node of nodes) parts.push(yield printed(node));
  return parts.join(separator);
}

function precedence(operator: string): number {
  return BINARY.get(operator)?.precedence ?? 0;
}

function unaryPrecedence(operator: string): number {
  return UNARY.get(operator)?.precedence ?? 0;
}

function* printedUnary({ operator, operand }: UnaryNode): Routine<string> {
  const sign = operator === 'not' ? 'not ' : operator;
  const inner = yield printed(operand);
  const isWrapped =
    operand.kind === 'conditional' ||
    (operand.kind === 'binary' && precedence(operand.operator) < unaryPrecedence(operator));
  return isWrapped ? `${sign}(${inner})` : `${sign}${inner}`;
}

function* printedBinary(node: BinaryNode): Routine<string> {
  const { operator } = node;
  const left = yield printed(node.left);
  const right = yield printed(node.right);
  if (operator === '..') return `${left}..${right}`;
  const one = wrapsLeft(node) ? `(${left})` : left;
  const other = wrapsRight(node) ? `(${right})` : right;
  return `${one} ${operator} ${other}`;
}

function wrapsLeft({ operator, left }: BinaryNode): boolean {
  if (left.kind === 'conditional') return true;
  if (left.kind === 'unary') return unaryPrecedence(left.operator) < precedence(operator);
  if (left.kind !== 'binary') return false;
  const isRight = BINARY.get(operator)?.isRightAssociative === true;
  return (
    left.operator === '??' ||
    precedence(left.operator) < precedence(operator) ||
    (isRight && precedence(left.operator) === precedence(operator)) ||
    (isBoolean(left.operator) && left.operator !== operator)
  );
}

function wrapsRight({ operator, right }: BinaryNode): boolean {
  if (right.kind === 'conditional') return true;
  if (right.kind !== 'binary') return false;
  const isLeft = BINARY.get(operator)?.isRightAssociative !== true;
  return (
    precedence(right.operator) < precedence(operator) ||
    (isLeft && precedence(right.operator) === precedence(operator)) ||
    (isBoolean(right.operator) && right.operator !== operator)
  );
}

function* printedMember({ node, property, isOptional }: MemberNode): Routine<string> {
  const inner = yield printed(node);
  const base = node.kind === 'binary' ? `(${inner})` : inner;
  if (property.kind === 'string' && isIdentifier(property.value)) {
    if (isOptional) return `${base}?.${property.value}`;
    return node.kind === 'pointer' ? `.${property.value}` : `${base}.${property.value}`;
  }
  return `${base}${isOptional ? '?.' : ''}[${yield printed(property)}]`;
}

function* printedSlice({ node, from, to }: SliceNode): Routine<string> {
  const base = yield printed(node);
  const start = from === undefined ? '' : yield printed(from);
  const end = to === undefined ? '' : yield printed(to);
  return `${base}[${start}:${end}]`;
}

function* printedConditional({ isTernary, condition, yes, no }: ConditionalNode): Routine<string> {
  const texts: string[] = [];
  for (const part of [condition, yes, no]) {
    const text = yield printed(part);
    texts.push(isTernary && part.kind === 'conditional' ? `(${text})` : text);
  }
  const [test, one, other] = texts;
  if (isTernary) return `${test} ? ${one} : ${other}`;
  const isElseIf = no.kind === 'conditional' && !no.isTernary;
  return `if ${test} { ${one} } else ${isElseIf ? other : `{ ${other} }`}`;
}
