import type { BinaryNode, BuiltinNode, IntegerNode, Node } from './ast.ts';
import { fold, typedAs, untyped } from './fold.ts';
import { ANY, EMPTY_STRUCT, INT, STRING, mapOf } from './go-type.ts';
import { hashKey } from './hash.ts';
import type { SyntaxFault } from './lex.ts';
import { natureOf } from './nature.ts';
import { isBoolean } from './operators.ts';
import { print } from './print.ts';
import { sumOfRange } from './optimize-sums.ts';
import { GoMap } from './value.ts';
import type { Value } from './value.ts';
import { childAt, walk } from './walk.ts';

/**
 * Rewrites a checked tree as the Go library does. This can be noticed: early ends, sums by formula and dropped bool
 * checks change what fails.
 *
 * @source optimizer/optimizer.go of expr-lang/expr
 */
export function optimize(tree: Node): Node | { readonly fault: SyntaxFault } {
  const found = survey(tree);
  const folded = fold(found.hasMembership ? walk(tree, inArray) : tree);
  if ('fault' in folded || !found.hasPasses) return folded;
  return PASSES.reduce((rewritten, pass) => walk(rewritten, pass), folded);
}

/** What the tree has, so that the walks that cannot change anything are left out. */
function survey(tree: Node): { readonly hasMembership: boolean; readonly hasPasses: boolean } {
  let hasMembership = false;
  let hasPasses = false;
  walk(tree, (node) => {
    if (node.kind === 'binary' && node.operator === 'in') hasMembership = true;
    if (node.kind === 'builtin' && REWRITTEN.has(node.name)) hasPasses = true;
    return node;
  });
  return { hasMembership, hasPasses: hasPasses || hasMembership };
}

const REWRITTEN: ReadonlySet<string> = new Set(['map', 'filter', 'all', 'any', 'none', 'sum', 'reduce', 'count']);

const PASSES: readonly ((node: Node) => Node)[] = [
  inRange,
  filterMap,
  filterLen,
  filterLast,
  filterFirst,
  combinePredicates,
  sumOfRange,
  sumOfArray,
  sumOfMap,
  countAny,
  countThreshold,
];

/** `x in [1, 2]` of an int x, and `x in ["a", "b"]` of any x, look the needle up in a set. */
function inArray(node: Node): Node {
  if (node.kind !== 'binary' || node.operator !== 'in') return node;
  const { left, right } = node;
  if (right.kind !== 'array' || right.nodes.length === 0) return node;
  const kind = right.nodes[0]?.kind;
  if (!right.nodes.every((element) => element.kind === kind)) return node;
  const isSet = kind === 'string' || (kind === 'integer' && left.nature.type?.kind === 'int');
  if (!isSet) return node;
  const type = mapOf(kind === 'string' ? STRING : INT, EMPTY_STRUCT);
  const entries = new Map<unknown, readonly [Value, Value]>();
  for (const element of right.nodes) {
    if (element.kind === 'string' || element.kind === 'integer') {
      entries.set(hashKey(element.value), [element.value, null]);
    }
  }
  const set = untyped({ kind: 'constant', value: new GoMap(type, entries) });
  set.nature = natureOf(type);
  return typedAs(node, untyped({ kind: 'binary', operator: 'in', left, right: set }));
}

/** `i in 1..10` of an int i compares. */
function inRange(node: Node): Node {
  if (node.kind !== 'binary' || node.operator !== 'in' || !isRange(node.right)) return node;
  const { left, right } = node;
  if (left.nature.type?.kind !== 'int') return node;
  const { left: from, right: to } = right;
  if (from.kind !== 'integer' || to.kind !== 'integer') return node;
  const lower = untyped({ kind: 'binary', operator: '>=', left, right: from });
  const upper = untyped({ kind: 'binary', operator: '<=', left, right: to });
  return typedAs(node, untyped({ kind: 'binary', operator: 'and', left: lower, right: upper }));
}

function isRange(node: Node): node is BinaryNode {
  return node.kind === 'binary' && node.operator === '..';
}

function isCall(node: Node | undefined, name: string, count: number): node is BuiltinNode {
  return node?.kind === 'builtin' && node.name === name && node.args.length === count;
}

/** `map(filter(list, p), f)` becomes one loop, unless f looks at the index. */
function filterMap(node: Node): Node {
  if (!isCall(node, 'map', 2)) return node;
  const [list, body] = node.args;
  if (body?.kind !== 'predicate' || list?.kind !== 'builtin' || list.name !== 'filter') return node;
  if (list.map !== undefined || hasIndexPointer(body)) return node;
  return typedAs(node, untyped({ kind: 'builtin', name: 'filter', args: list.args, map: body.node }));
}

function hasIndexPointer(tree: Node): boolean {
  const pending: Node[] = [tree];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === 'pointer' && node.name === 'index') return true;
    for (let index = 0, child = childAt(node, 0); child !== undefined; index++, child = childAt(node, index)) {
      pending.push(child);
    }
  }
  return false;
}

/** `len(filter(list, p))` counts. */
function filterLen(node: Node): Node {
  const [list] = isCall(node, 'len', 1) ? node.args : [];
  return isCall(list, 'filter', 2) ? typedAs(node, untyped({ kind: 'builtin', name: 'count', args: list.args })) : node;
}

function filterLast(node: Node): Node {
  return filterEnd(node, -1n, 'last', 'findLast');
}

function filterFirst(node: Node): Node {
  return filterEnd(node, 0n, 'first', 'find');
}

/** `filter(list, p)[0]` and `first(filter(list, p))` stop at the first hit; only the index fails without one. */
function filterEnd(node: Node, index: bigint, outer: string, name: string): Node {
  if (node.kind === 'member' && !node.isOptional) {
    const { node: list, property } = node;
    if (property.kind !== 'integer' || property.value !== index || !isCall(list, 'filter', 2)) return node;
    return typedAs(node, untyped({ kind: 'builtin', name, args: list.args, throws: true, map: list.map }));
  }
  const [list] = isCall(node, outer, 1) ? node.args : [];
  if (!isCall(list, 'filter', 2)) return node;
  return typedAs(node, untyped({ kind: 'builtin', name, args: list.args, throws: false, map: list.map }));
}

/** `all(list, p) && all(list, q)` becomes one loop; likewise any with or, none with and. */
function combinePredicates(node: Node): Node {
  if (node.kind !== 'binary' || !isBoolean(node.operator)) return node;
  const { left, right } = node;
  if (left.kind !== 'builtin' || right.kind !== 'builtin' || left.name !== right.name) return node;
  const operator = combinedOperator(left.name, node.operator);
  const [list, first] = left.args;
  const [other, second] = right.args;
  if (operator === undefined || list === undefined || other === undefined) return node;
  if (first?.kind !== 'predicate' || second?.kind !== 'predicate') return node;
  if ((list.nature.type ?? ANY) !== (other.nature.type ?? ANY) || print(list) !== print(other)) return node;
  const both = combinePredicates(untyped({ kind: 'binary', operator, left: first.node, right: second.node }));
  return typedAs(
    node,
    untyped({ kind: 'builtin', name: left.name, args: [list, untyped({ kind: 'predicate', node: both })] }),
  );
}

function combinedOperator(name: string, operator: string): string | undefined {
  const isAnd = operator === 'and' || operator === '&&';
  if ((name === 'all' && isAnd) || (name === 'any' && !isAnd)) return operator;
  if (name !== 'none' || !isAnd) return undefined;
  return operator === 'and' ? 'or' : '||';
}

/** `sum([a, b, c])` becomes `a + (b + c)`. */
function sumOfArray(node: Node): Node {
  const [list] = isCall(node, 'sum', 1) ? node.args : [];
  if (list?.kind !== 'array' || list.nodes.length < 2) return node;
  const sum = list.nodes.reduceRight((right, left) => untyped({ kind: 'binary', operator: '+', left, right }));
  return typedAs(node, sum);
}

/** `sum(map(list, f))` becomes `sum(list, f)`. */
function sumOfMap(node: Node): Node {
  const [list] = isCall(node, 'sum', 1) ? node.args : [];
  return isCall(list, 'map', 2) ? typedAs(node, untyped({ kind: 'builtin', name: 'sum', args: [...list.args] })) : node;
}

/** The `count(list, p)` and the integer of a comparison between them. */
function countedAgainst(node: Node): { readonly count: BuiltinNode; readonly limit: IntegerNode } | undefined {
  if (node.kind !== 'binary' || !isCall(node.left, 'count', 2) || node.right.kind !== 'integer') return undefined;
  return { count: node.left, limit: node.right };
}

/** `count(list, p) > 0` stops at the first hit. */
function countAny(node: Node): Node {
  const counted = countedAgainst(node);
  if (counted === undefined || node.kind !== 'binary') return node;
  const { value } = counted.limit;
  const isAny = (node.operator === '>' && value === 0n) || (node.operator === '>=' && value === 1n);
  return isAny ? typedAs(node, untyped({ kind: 'builtin', name: 'any', args: counted.count.args })) : node;
}

/** `count(list, p) > 5` stops at the sixth hit. */
function countThreshold(node: Node): Node {
  const counted = countedAgainst(node);
  if (counted === undefined || node.kind !== 'binary' || counted.limit.value < 0n) return node;
  const { value } = counted.limit;
  let threshold = 0n;
  if (node.operator === '>' || node.operator === '<=') threshold = BigInt.asIntN(64, value + 1n);
  else if (node.operator === '>=' || node.operator === '<') threshold = value;
  // The smaller ones are the business of countAny.
  if (threshold > 1n) counted.count.threshold = threshold;
  return node;
}
