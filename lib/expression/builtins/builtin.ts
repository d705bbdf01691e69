import type { Run } from '../run.ts';
import { GoPanic, goTypeOf } from '../value.ts';
import type { Value } from '../value.ts';

/** A builtin without predicate. Its arguments have passed the checker, as far as that could know them. */
export type Builtin = (args: readonly Value[], run: Run) => Value;

/** The argument at an index; nil if there is none. */
export function argument(args: readonly Value[], index: number): Value {
  return args[index] ?? null;
}

/** Whether a value is a list: a slice or an array. */
export function isList(value: Value): boolean {
  const kind = goTypeOf(value)?.kind;
  return kind === 'slice' || kind === 'array';
}

/** What reflect calls the kind of a value. */
export function kindText(value: Value): string {
  return goTypeOf(value)?.kind ?? 'invalid';
}

/** The elements of a list, or a panic that says what cannot be done: `reverse`, `take from`. */
export function listOrPanic(value: Value, doing: string): Value {
  if (!isList(value)) throw new GoPanic(`cannot ${doing} ${kindText(value)}`);
  return value;
}
