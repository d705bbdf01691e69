import type { LiteralNode, Node } from './ast.ts';
import type { Run } from './run.ts';
import type { Routine } from './trampoline.ts';
import type { Value } from './value.ts';

/** A compiled node: gives its value in a run, or throws a GoPanic with `run.at` set to where it happened. */
export type Evaluate = (run: Run) => Value;

/** A compiled node but for its first operand, which is passed in. */
export type Step = (run: Run, first: Value) => Value;

/** A step of compilation that ends in something else than a compiled node. */
export type Emitting<Result> = Generator<Routine<Evaluate>, Result, Evaluate>;

/** What the parts of the compiler need of one another. */
export interface EmitScope {
  readonly emit: (node: Node, parent?: Node) => Routine<Evaluate>;
  /** The same; a pointer is followed where the static type leaves it possible. */
  readonly emitFollowed: (node: Node, parent?: Node) => Routine<Evaluate>;
  /** The value of a literal. */
  readonly literal: (node: LiteralNode) => Value;
  /** Whether a node leaves more than its value on Go's stack: see leftovers.ts. */
  readonly leaves: (node: Node | undefined) => boolean;
  /** The number of nodes compiled so far: what is added while a predicate is compiled is the cost of one round. */
  readonly nodeCount: () => number;
}
