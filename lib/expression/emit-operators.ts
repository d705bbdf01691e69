import { isIn } from './access.ts';
import { add, divide, modulo, multiply, negate, raise, subtract } from './arithmetic.ts';
import type { BinaryNode, LiteralNode, Node, UnaryNode } from './ast.ts';
import { isAtLeast, isAtMost, isLess, isMore } from './compare.ts';
import type { EmitScope, Emitting, Evaluate, Step } from './emit-scope.ts';
import { BYTE_OBJECT, OPERATOR_STEPS } from './charges.ts';
import { isEqual, isEqualText, isNil } from './equal.ts';
import { textOf } from './go/bytes.ts';
import { BYTE_SLICE } from './go-type.ts';
import { compilePattern, compilingSteps } from './go/regexp.ts';
import type { Pattern } from './go/regexp.ts';
import { contains, hasPrefix, hasSuffix } from './go/strings.ts';
import { asText, conversionPanic, toInt } from './integers.ts';
import type { Run } from './run.ts';
import { GoPanic, GoRange, GoSlice, goTypeOf } from './value.ts';
import type { Value } from './value.ts';

/** A unary operator applied to a value; undefined for `+`, which does nothing. */
export function unaryStep({ operator, at }: UnaryNode): Step | undefined {
  if (operator === '+') return undefined;
  if (operator === '-') {
    return (run, value) => {
      run.at = at;
      return negate(value);
    };
  }
  return (run, value) => !asBool(run, at, value);
}

/** Go's value.(bool). */
export function asBool(run: Run, at: number, value: Value): boolean {
  if (typeof value === 'boolean') return value;
  run.at = at;
  throw conversionPanic(value, 'bool');
}

/** `run.at` is set when it is called. */
type Operation = (left: Value, right: Value, run: Run) => Value;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['<', isLess],
  ['>', isMore],
  ['<=', isAtMost],
  ['>=', isAtLeast],
  ['+', add],
  ['-', subtract],
  ['*', multiply],
  ['/', divide],
  ['%', modulo],
  ['**', raise],
  ['^', raise],
  ['in', isIn],
  ['..', range],
  ['matches', (left, right, run) => !isNil(left) && !isNil(right) && matches(run, left, () => asText(right))],
  ['contains', ofTexts(contains, OPERATOR_STEPS.contains)],
  ['startsWith', ofTexts(hasPrefix, OPERATOR_STEPS.startsWith)],
  ['endsWith', ofTexts(hasSuffix, OPERATOR_STEPS.endsWith)],
]);

/** A binary operator applied to the value of its left operand. */
export function* binaryStep(scope: EmitScope, node: BinaryNode): Emitting<Step> {
  const { operator, at } = node;
  if (operator === 'matches' && node.right.kind === 'string') return constantMatchStep(node.right.value, at);
  if (isLiteral(node.right) && OPERATIONS.has(operator)) {
    return literalStep(operationOf(node), scope.literal(node.right), at);
  }
  const right = yield scope.emitFollowed(node.right, node);
  switch (operator) {
    case '&&':
    case 'and':
      return (run, left) => asBool(run, at, left) && right(run);
    case '||':
    case 'or':
      return (run, left) => asBool(run, at, left) || right(run);
    case '??':
      return (run, left) => (isNil(left) ? right(run) : left);
    default:
      return joinStep(operationOf(node), right, at, scope.leaves(node.right));
  }
}

function operationOf(node: BinaryNode): Operation {
  const { operator } = node;
  if (operator === '==') return equality(node);
  if (operator === '!=') {
    const areEqual = equality(node);
    return (left, right, run) => areEqual(left, right, run) !== true;
  }
  const operation = OPERATIONS.get(operator);
  if (operation === undefined) throw new GoPanic(`unknown operator (${operator})`);
  return operation;
}

/** Whether a node is a literal that is a value as it stands. */
export function isLiteral(node: Node): node is LiteralNode {
  return node.kind === 'integer' || node.kind === 'float' || node.kind === 'string' || node.kind === 'bool';
}

function literalStep(operation: Operation, right: Value, at: number): Step {
  return (run, left) => {
    run.at = at;
    return operation(left, right, run);
  };
}

/** Applies an operation to the left value and the right operand; with leftovers of the right one, to those. */
function joinStep(operation: Operation, right: Evaluate, at: number, hasLeftovers: boolean): Step {
  if (!hasLeftovers) {
    return (run, left) => {
      const other = right(run);
      run.at = at;
      return operation(left, other, run);
    };
  }
  return (run, left) => {
    run.stack.push(left);
    const other = right(run);
    run.at = at;
    return operation(run.pop(), other, run);
  };
}

/** Between two that are known to be plain ints, or plain strings, nothing else is let through at run time. */
function equality({ left, right }: BinaryNode): Operation {
  const [one, two] = [left.nature.type, right.nature.type];
  const isPlain = one !== undefined && two !== undefined && one.pkgPath === '' && two.pkgPath === '';
  const kind = isPlain && one.kind === two.kind && (one.kind === 'int' || one.kind === 'string') ? one.kind : undefined;
  if (kind === undefined) return isEqual;
  const wanted = kind === 'int' ? 'bigint' : 'string';
  return (value, other, run) => {
    if (typeof value === 'string' && typeof other === 'string' && kind === 'string') {
      return isEqualText(value, other, run);
    }
    if (typeof value === 'bigint' && typeof other === 'bigint' && kind === 'int') return value === other;
    throw conversionPanic(typeof value === wanted ? other : value, kind);
  };
}

function range(from: Value, to: Value, run: Run): Value {
  const [first, last] = [toInt(from), toInt(to)];
  const size = BigInt.asIntN(64, last - first + 1n);
  if (size <= 0n) return new GoRange(first, 0);
  run.grow(Number(size));
  return new GoRange(first, Number(size));
}

/** A test of two strings, false if one is nil. */
function ofTexts(
  test: (text: string, part: string) => boolean,
  steps: (text: string, part: string) => number,
): Operation {
  return (left, right, run) => {
    if (isNil(left) || isNil(right)) return false;
    const text = asText(left);
    const part = asText(right);
    run.spend(steps(text, part));
    return test(text, part);
  };
}

function constantMatchStep(source: string, at: number): Step {
  const pattern = compilePattern(source);
  return (run, left) => {
    run.at = at;
    return !isNil(left) && matches(run, left, () => pattern);
  };
}

/** Whether a string or bytes match; the pattern is looked at after the text, as Go does. */
function matches(run: Run, value: Value, pattern: () => Pattern | string): boolean {
  const isBytes = value instanceof GoSlice && goTypeOf(value) === BYTE_SLICE;
  if (typeof value === 'string') return matchText(run, value, pattern());
  const compiled = pattern();
  if (!isBytes) throw conversionPanic(value, '[]uint8');
  const bytes = value.items ?? [];
  run.spend(BYTE_OBJECT * bytes.length);
  return matchText(run, textOf(bytes), compiled);
}

function matchText(run: Run, text: string, pattern: Pattern | string): boolean {
  const compiled = typeof pattern === 'string' ? patternOf(run, pattern) : pattern;
  const before = run.matched.get(compiled) ?? 0;
  run.matched.set(compiled, before + text.length);
  run.spend(compiled.stepsFor(text.length, before));
  return compiled.test(text);
}

/** The pattern of a text that the run made; charged for each time that the run has to make the pattern too. */
function patternOf(run: Run, source: string): Pattern {
  run.spend(5 + source.length / 4);
  const known = run.patterns.get(source);
  if (known !== undefined) return known;
  run.spend(compilingSteps(source));
  const pattern = compilePattern(source);
  if (run.patterns.size >= MOST_PATTERNS) run.patterns.clear();
  run.patterns.set(source, pattern);
  return pattern;
}

const MOST_PATTERNS = 16;

/** What the language throws on `filter(…)[0]` of nothing. */
export function outOfRange(): GoPanic {
  return new GoPanic('reflect: slice index out of range');
}
