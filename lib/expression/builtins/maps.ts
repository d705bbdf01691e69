import { dereference, elementAt, sizeOf } from '../access.ts';
import { itemsOf } from '../equal.ts';
import { ANY_MAP, PAIR, sliceOf } from '../go-type.ts';
import { sprint } from '../go/sprint.ts';
import { compare } from '../go/strings.ts';
import { hashKey } from '../hash.ts';
import { methodType } from '../methods.ts';
import type { Run } from '../run.ts';
import { spendOn } from '../spend.ts';
import { GoMap, GoPanic, GoSlice, goTypeOf, isPlainMap, typeText } from '../value.ts';
import type { Value } from '../value.ts';
import { argument, isList, kindText } from './builtin.ts';
import type { Builtin } from './builtin.ts';

type Entry = readonly [key: Value, value: Value];

/** The entries of a map; Go gives them in random order. */
function entriesOf(map: Value, refusal: string, run: Run): readonly Entry[] {
  if (!isPlainMap(map) && !(map instanceof GoMap)) throw new GoPanic(refusal.replace('%s', kindText(map)));
  const entries = map instanceof GoMap ? Array.from(map.entries.values()) : Object.entries(map);
  run.spend(5 * entries.length);
  return entries;
}

function ofEntries(refusal: string, pick: (entry: Entry) => Value): Builtin {
  return (args, run) => entriesOf(argument(args, 0), refusal, run).map(pick);
}

function toPairs(args: readonly Value[], run: Run): Value {
  const entries = entriesOf(argument(args, 0), 'cannot transform %s to pairs', run);
  return new GoSlice(
    sliceOf(PAIR),
    entries.map((entry) => new GoSlice(PAIR, entry)),
  );
}

function fromPairs(args: readonly Value[], run: Run): Value {
  const pairs = argument(args, 0);
  if (!isList(pairs)) {
    spendOn(pairs, run);
    throw new GoPanic(`cannot transform ${asString(pairs)} from pairs`);
  }
  const entries = new Map<unknown, Entry>();
  const size = sizeOf(pairs) ?? 0;
  for (let index = 0; index < size; index++) {
    run.spend(10);
    const pair = dereference(elementAt(pairs, index));
    if (!isList(pair)) throw new GoPanic(`invalid pair ${printed(pair, run)}`);
    if (sizeOf(pair) !== 2) throw new GoPanic(`invalid pair length ${printed(pair, run)}`);
    const key = elementAt(pair, 0);
    entries.set(hashKey(key), [key, elementAt(pair, 1)]);
  }
  return new GoMap(ANY_MAP, entries);
}

function printed(value: Value, run: Run): string {
  spendOn(value, run);
  return sprint(value);
}

/** Go's `%s`, which says so of what is no string; here of all but lists. */
function asString(value: Value): string {
  if (typeof value === 'string') return value;
  if (value === null) return '<invalid reflect.Value>';
  if (isPlainMap(value))
    return `map[${Object.keys(value)
      .toSorted(compare)
      .map((key) => `${key}:${partAsString(value[key] ?? null)}`)
      .join(' ')}]`;
  const type = goTypeOf(value);
  const isPrinted = type !== undefined && (type.kind === 'map' || methodType(type, 'String') !== undefined);
  return isPrinted ? sprint(value) : `%!s(${typeText(value)}=${sprint(value)})`;
}

function partAsString(value: Value): string {
  if (value === null) return '<nil>';
  return isList(value) ? `[${itemsOf(value).map(partAsString).join(' ')}]` : asString(value);
}

/** @source builtin/builtin.go of expr-lang/expr */
export const MAP_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['keys', ofEntries('cannot get keys from %s', ([key]) => key)],
  ['values', ofEntries('cannot get values from %s', ([, value]) => value)],
  ['toPairs', toPairs],
  ['fromPairs', fromPairs],
];
