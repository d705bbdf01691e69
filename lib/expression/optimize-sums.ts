import type { BuiltinNode, Node } from './ast.ts';
import { INT } from './go-type.ts';
import { natureOf } from './nature.ts';

/**
 * Sums over a range of constants by formula, wrapping at 64 bits step by step as Go does: `sum(1..100, # * 2)`,
 * `reduce(1..100, # + #acc, 5)`.
 *
 * @source optimizer/sum_range.go of expr-lang/expr
 */
export function sumOfRange(node: Node): Node {
  if (node.kind !== 'builtin') return node;
  const value = node.name === 'sum' ? summed(node) : node.name === 'reduce' ? reduced(node) : undefined;
  return value === undefined ? node : { kind: 'integer', value, at: node.at, nature: natureOf(INT) };
}

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

function summed({ args }: BuiltinNode): bigint | undefined {
  const [list, predicate] = args;
  const range = constantRange(list);
  if (range === undefined || args.length > 2) return undefined;
  if (predicate === undefined) return range.sum;
  return predicate.kind === 'predicate' ? mappedSum(range, predicate.node) : undefined;
}

function reduced({ args }: BuiltinNode): bigint | undefined {
  const [list, predicate, start] = args;
  const range = constantRange(list);
  if (range === undefined || predicate?.kind !== 'predicate' || !isPlainSum(predicate.node)) return undefined;
  if (start === undefined) return range.sum;
  return start.kind === 'integer' ? wrap(start.value + range.sum) : undefined;
}

interface Range {
  readonly count: bigint;
  readonly sum: bigint;
}

function constantRange(node: Node | undefined): Range | undefined {
  if (node?.kind !== 'binary' || node.operator !== '..') return undefined;
  const { left: from, right: to } = node;
  if (from.kind !== 'integer' || to.kind !== 'integer' || to.value < from.value) return undefined;
  const count = wrap(wrap(to.value - from.value) + 1n);
  // Go's division truncates towards zero, as BigInt's does.
  const sum = wrap(count * wrap(from.value + to.value)) / 2n;
  return { count, sum };
}

/** `# + #acc` or `#acc + #`. */
function isPlainSum(body: Node): boolean {
  if (body.kind !== 'binary' || body.operator !== '+') return false;
  const { left, right } = body;
  if (left.kind !== 'pointer' || right.kind !== 'pointer') return false;
  return (left.name === '' && right.name === 'acc') || (left.name === 'acc' && right.name === '');
}

/** The sum of `#`, `# * k`, `# + k`, `# - k` and their mirror images over a range. */
function mappedSum({ count, sum }: Range, body: Node): bigint | undefined {
  if (body.kind === 'pointer') return body.name === '' ? sum : undefined;
  if (body.kind !== 'binary') return undefined;
  const { operator, left, right } = body;
  const isPointerLeft = left.kind === 'pointer' && left.name === '' && right.kind === 'integer';
  const isPointerRight = right.kind === 'pointer' && right.name === '' && left.kind === 'integer';
  const constant = isPointerLeft ? right : isPointerRight ? left : undefined;
  if (constant?.kind !== 'integer') return undefined;
  const times = wrap(count * constant.value);
  switch (operator) {
    case '*':
      return wrap(constant.value * sum);
    case '+':
      return wrap(sum + times);
    case '-':
      return isPointerLeft ? wrap(sum - times) : wrap(times - sum);
    default:
      return undefined;
  }
}
