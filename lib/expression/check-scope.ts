import type { Node } from './ast.ts';
import type { Nature } from './nature.ts';
import type { Routine } from './trampoline.ts';
import type { SyntaxFault } from './lex.ts';

/** A step of checking that ends in something else than a nature. */
export type Checking<Result> = Generator<Routine<Nature>, Result, Nature>;

/** What the parts of the checker need of one another. */
export interface CheckScope {
  readonly visit: (node: Node) => Routine<Nature>;
  /** Notes a fault, of which the first counts, and gives the unknown nature. */
  readonly fail: (at: number, message: string) => Nature;
  readonly noteFault: (fault: SyntaxFault) => Nature;
  /** Opens a predicate over a list; `pointers` are the natures of `#index` and `#acc` where they exist. */
  readonly beginPredicate: (collection: Nature, pointers: Readonly<Record<string, Nature>>) => void;
  readonly endPredicate: () => void;
}
