import { dereference, elementAt, fetch, get, part, sizeOf } from '../access.ts';
import { isLess } from '../compare.ts';
import { isEqual, itemsOf } from '../equal.ts';
import { ANY_SLICE } from '../go-type.ts';
import type { Run } from '../run.ts';
import { sort } from '../sort.ts';
import { GoInt, GoPanic, GoSlice, goTypeOf, typeText } from '../value.ts';
import type { Value } from '../value.ts';
import { argument, isList, kindText, listOrPanic } from './builtin.ts';
import type { Builtin } from './builtin.ts';

/** An end of a list; nil for whatever has none. */
function end(index: bigint): Builtin {
  return (args, run) => {
    const list = argument(args, 0);
    if (sizeOf(list, run) === 0) return null;
    try {
      return fetch(list, index, run);
    } catch (error) {
      if (!(error instanceof GoPanic)) throw error;
      // Making the error took that long.
      run.spend(500);
      return null;
    }
  };
}

function take(args: readonly Value[], run: Run): Value {
  const list = listOrPanic(argument(args, 0), 'take from');
  const wanted = argument(args, 1);
  const count = wanted instanceof GoInt && !wanted.goType.kind.startsWith('u') ? wanted.value : wanted;
  if (typeof count !== 'bigint') throw new GoPanic(`cannot take ${kindText(wanted)} elements`);
  if (goTypeOf(list)?.kind === 'array') throw new GoPanic('reflect.Value.Slice: slice of unaddressable array');
  const size = sizeOf(list, run) ?? 0;
  if (count < 0n) throw new GoPanic('reflect.Value.Slice: slice index out of bounds');
  return part(list, 0, count > BigInt(size) ? size : Number(count), run);
}

function reverse(args: readonly Value[], run: Run): Value {
  const list = listOrPanic(argument(args, 0), 'reverse');
  run.make(sizeOf(list, run) ?? 0);
  return itemsOf(list).toReversed();
}

function uniq(args: readonly Value[], run: Run): Value {
  const found: Value[] = [];
  for (const item of itemsOf(listOrPanic(argument(args, 0), 'uniq'))) {
    run.spend(2 + 2 * found.length);
    if (!found.some((known) => isEqual(item, known, run))) found.push(item);
  }
  return found;
}

/** Of nothing but empty lists it is a nil list. */
function concat(args: readonly Value[], run: Run): Value {
  let size = 0;
  for (const arg of args) size += sizeOf(listOrPanic(arg, 'concat'), run) ?? 0;
  run.make(size);
  return size === 0 ? new GoSlice(ANY_SLICE, null) : args.flatMap((arg) => itemsOf(arg));
}

const MAX_DEPTH = 10_000;

function flatten(args: readonly Value[], run: Run): Value {
  const flat: Value[] = [];
  const collect = (list: Value, depth: number): void => {
    if (depth > MAX_DEPTH) throw new GoPanic('recursion depth exceeded');
    const size = sizeOf(list, run) ?? 0;
    for (let index = 0; index < size; index++) {
      run.spend(4);
      const item = dereference(elementAt(list, index, run));
      if (isList(item)) collect(item, depth + 1);
      else flat.push(item);
    }
  };
  collect(listOrPanic(argument(args, 0), 'flatten'), 0);
  run.grow(flat.length);
  return flat;
}

/** Lists of these are sorted; anything else gives a nil list. */
const SORTED: ReadonlySet<string> = new Set(['[]interface {}', '[]int', '[]float64', '[]string']);

function sorted(args: readonly Value[], run: Run): Value {
  const list = argument(args, 0);
  const isDescending = args.length === 2 && isDescendingOrder(argument(args, 1));
  if (!SORTED.has(goTypeOf(list)?.text ?? '')) return new GoSlice(ANY_SLICE, null);
  run.make(sizeOf(list, run) ?? 0);
  const items = [...itemsOf(list)];
  sortItems(items, items, isDescending, run);
  return items;
}

function isDescendingOrder(order: Value): boolean {
  if (typeof order !== 'string') {
    throw new GoPanic(`sort order argument must be a string (got ${typeText(order)})`);
  }
  if (order !== 'asc' && order !== 'desc') throw new GoPanic(`invalid order ${order}, expected asc or desc`);
  return order === 'desc';
}

/** Sorts items in place by keys, which move along; both may be the same list. */
export function sortItems(items: Value[], keys: Value[], isDescending: boolean, run: Run): void {
  const isBefore = (left: number, right: number) => {
    run.spend(4);
    const one = keys[left] ?? null;
    const other = keys[right] ?? null;
    return isDescending ? isLess(other, one, run) : isLess(one, other, run);
  };
  sort({
    length: items.length,
    isLess: isBefore,
    swap(left, right) {
      swap(items, left, right);
      if (keys !== items) swap(keys, left, right);
    },
  });
}

function swap(list: Value[], left: number, right: number): void {
  const moved = list[left] ?? null;
  list[left] = list[right] ?? null;
  list[right] = moved;
}

/** @source builtin/builtin.go of expr-lang/expr */
export const LIST_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['first', end(0n)],
  ['last', end(-1n)],
  ['get', (args, run) => get(argument(args, 0), argument(args, 1), run)],
  ['take', take],
  ['reverse', reverse],
  ['uniq', uniq],
  ['concat', concat],
  ['flatten', flatten],
  ['sort', sorted],
];
