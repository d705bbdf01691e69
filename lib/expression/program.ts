import type { Node } from './ast.ts';
import { check } from './check.ts';
import type { Environment } from './check.ts';
import { emit } from './emit.ts';
import type { Evaluate } from './emit-scope.ts';
import type { Input } from './environment.ts';
import { ExpressionError } from './error.ts';
import type { Clock } from './meter.ts';
import type { Nature } from './nature.ts';
import { optimize } from './optimize.ts';
import { parse } from './parse.ts';
import { Run } from './run.ts';
import { suggest } from './suggest.ts';
import { GoPanic } from './value.ts';
import type { Value } from './value.ts';
import { walk } from './walk.ts';

/** A compiled condition. It keeps no state: each evaluation is by itself. */
export interface Program {
  /**
   * @param input  the result; undefined for an expression that sees none
   * @param now    what now() is; without it now() fails
   * @param clock  what bounds the time that it takes; without one only the steps are bounded
   * @throws ExpressionError of stage `runtime`
   */
  readonly evaluate: (input: Input | undefined, now: Date | undefined, clock?: Clock) => Value;
}

/** A tree that has passed all checks, and what its value is known to be. */
export interface CheckedTree {
  readonly tree: Node;
  readonly nature: Nature;
}

/** The text, its tree and nature. @throws ExpressionError of stage `compile` */
export function checkText(source: string, environment: Environment): CheckedTree {
  const text = source.toWellFormed();
  const parsed = parse(text);
  if ('fault' in parsed) throw new ExpressionError('compile', parsed.fault.message, text, parsed.fault.at);
  const fault = check(parsed.tree, environment);
  if (fault !== undefined) {
    const { unknownName: unknown } = fault;
    const unknownName = unknown && { name: unknown.name, suggestion: suggest(unknown.name, unknown.known) };
    throw new ExpressionError('compile', fault.message, text, fault.at, unknownName);
  }
  const { nature } = parsed.tree;
  const tree = compiling(text, () => optimize(parsed.tree));
  if ('fault' in tree) throw new ExpressionError('compile', tree.fault.message, text, tree.fault.at);
  return { tree, nature };
}

/** Compiles a text. @throws ExpressionError of stage `compile` */
export function compile(source: string, environment: Environment, mayHoldPointers: boolean): Program {
  const { tree } = checkText(source, environment);
  const text = source.toWellFormed();
  const evaluate = compiling(text, () => emit(tree, mayHoldPointers || makesPointers(tree)));
  return { evaluate: (input, now, clock) => evaluateIn(evaluate, new Run(input, now, clock), text) };
}

const TIMES: ReadonlySet<string> = new Set(['date', 'now', 'timezone']);

/** Times have locations, which are pointers. */
function makesPointers(tree: Node): boolean {
  let isFound = false;
  walk(tree, (node) => {
    if (node.kind === 'builtin' && (TIMES.has(node.name) || node.map !== undefined)) isFound = true;
    return node;
  });
  return isFound;
}

function compiling<Result>(text: string, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    throw error instanceof GoPanic ? new ExpressionError('compile', error.message, text, 0) : error;
  }
}

function evaluateIn(evaluate: Evaluate, run: Run, text: string): Value {
  try {
    return evaluate(run);
  } catch (error) {
    if (error instanceof GoPanic) throw new ExpressionError('runtime', error.message, text, run.at);
    // JavaScript's stack ended in a document that nests deeper than any sensible one.
    if (error instanceof RangeError) throw new ExpressionError('runtime', 'the value nests too deeply', text, run.at);
    throw error;
  }
}
