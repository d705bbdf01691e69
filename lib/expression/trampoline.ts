/**
 * A recursive function written as a generator: `yield other()` instead of `other()`. Run by `run`, it recurses on the
 * heap. Conditions come from strangers, and a few thousand brackets would otherwise overflow JavaScript's stack.
 */
export interface Routine<Result> extends Generator<Routine<Result>, Result, Result> {}

/** How deep routines may nest; far more than 10,000 nodes need, so only brackets without content reach it. */
const MAX_DEPTH = 100_000;

/** Runs a routine to its end. Throws a RangeError if routines nest more than 100,000 deep. */
export function run<Result>(first: Routine<Result>): Result {
  const waiting: Routine<Result>[] = [];
  let current = first;
  let step = current.next();
  for (;;) {
    if (!step.done) {
      if (waiting.length === MAX_DEPTH) throw new RangeError('nested too deeply');
      waiting.push(current);
      current = step.value;
      step = current.next();
    } else {
      const caller = waiting.pop();
      if (caller === undefined) return step.value;
      current = caller;
      step = current.next(step.value);
    }
  }
}
