import type { Node } from './ast.ts';
import { isOneArgumentBuiltin } from './builtins/registry.ts';
import type { Evaluate } from './emit-scope.ts';
import type { Run } from './run.ts';
import type { Value } from './value.ts';
import { childAt } from './walk.ts';

/**
 * Go's machine keeps operands on a stack, and some nodes leave more on it than their value, or take more from it:
 *
 * - findLast and findLastIndex leave a bool for each element they look at;
 * - a call in a chain that `?.` ends leaves its arguments;
 * - `len` and its like take one operand, whatever the number of their arguments (where the checker does not look).
 *
 * The operator around takes these leftovers for its left operand: `2 == findLastIndex([1, 2, 1], # == 1)` compares true
 * with 2. Only where such a node is part of a later operand are operands kept on a stack here as well.
 *
 * @returns the nodes that leave or take too much, and all nodes that they are part of
 * @source emitLoopBackwards in compiler/compiler.go of expr-lang/expr
 */
export function nodesWithLeftovers(tree: Node): ReadonlySet<Node> {
  const order: Node[] = [];
  const pending: Node[] = [tree];
  let isFound = false;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    order.push(node);
    isFound ||= leaves(node);
    pending.push(...childrenOf(node));
  }
  if (!isFound) return NONE;
  const found = new Set<Node>();
  // Children stand behind their parents.
  for (const node of order.toReversed()) {
    if (leaves(node) || childrenOf(node).some((child) => found.has(child))) found.add(node);
  }
  return found;
}

const NONE: ReadonlySet<Node> = new Set();

function leaves(node: Node): boolean {
  // Whether a call is part of a chain is not looked at: it does no harm to keep operands on the stack.
  if (node.kind === 'call') return node.args.length > 0 && node.callee.kind === 'member';
  if (node.kind !== 'builtin') return false;
  const { name, args } = node;
  return name === 'findLast' || name === 'findLastIndex' || (isOneArgumentBuiltin(name) && args.length !== 1);
}

function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (let child = childAt(node, 0); child !== undefined; child = childAt(node, children.length)) children.push(child);
  if (node.kind === 'builtin' && node.map !== undefined) children.push(node.map);
  return children;
}

/** The values of operands, evaluated one by one on the stack, from which as many are taken in the end. */
export function operandsOnStack(run: Run, operands: readonly Evaluate[]): Value[] {
  for (const operand of operands) run.stack.push(operand(run));
  return run.take(operands.length);
}
