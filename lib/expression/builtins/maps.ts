import { dereference, elementAt, sizeOf } from '../access.ts';
import { LISTED_ENTRY, keySteps } from '../charges.ts';
import { itemsOf } from '../equal.ts';
import { ANY_MAP, PAIR, sliceOf } from '../go-type.ts';
import { sprint } from '../go/sprint.ts';
import { compare } from '../go/strings.ts';
import { hashKey } from '../hash.ts';
import { methodType } from '../methods.ts';
import type { Run } from '../run.ts';
import { GoMap, GoPanic, GoSlice, goTypeOf, isPlainMap, typeText } from '../value.ts';
import type { Value } from '../value.ts';
import { argument, isList, kindText } from './builtin.ts';
import type { Builtin } from './builtin.ts';

type Entry = readonly [key: Value, value: Value];

/** The entries of a map; Go gives them in random order. */
function entriesOf(map: Value, refusal: string, run: Run): readonly Entry[] {
  if (!isPlainMap(map) && !(map instanceof GoMap)) throw new GoPanic(refusal.replace('%s', kindText(map)));
  if (map instanceof GoMap) {
    run.spend(LISTED_ENTRY * map.entries.size);
    return Array.from(map.entries.values());
  }
  const keys = run.keysOf(map);
  run.spend(LISTED_ENTRY * keys.length);
  return keys.map((key) => [key, map[key] ?? null]);
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
    throw new GoPanic(`cannot transform ${asString(pairs, run)} from pairs`);
  }
  const entries = new Map<unknown, Entry>();
  const size = sizeOf(pairs, run) ?? 0;
  for (let index = 0; index < size; index++) {
    run.spend(20);
    const pair = dereference(elementAt(pairs, index, run));
    if (!isList(pair)) throw new GoPanic(`invalid pair ${sprint(pair, run)}`);
    if (sizeOf(pair, run) !== 2) throw new GoPanic(`invalid pair length ${sprint(pair, run)}`);
    const key = elementAt(pair, 0, run);
    run.spend(keySteps(key, entries.size));
    entries.set(hashKey(key), [key, elementAt(pair, 1, run)]);
  }
  return new GoMap(ANY_MAP, entries);
}

const PART_STEPS = 20;

/** Go's `%s`, which says so of what is no string; here of all but lists. */
function asString(value: Value, run: Run): string {
  if (typeof value === 'string') return value;
  if (value === null) return '<invalid reflect.Value>';
  if (isPlainMap(value)) {
    const keys = run.keysOf(value).toSorted((left, right) => compare(left, right, run));
    return `map[${keys.map((key) => `${key}:${partAsString(value[key] ?? null, run)}`).join(' ')}]`;
  }
  const type = goTypeOf(value);
  const isPrinted = type !== undefined && (type.kind === 'map' || methodType(type, 'String') !== undefined);
  return isPrinted ? sprint(value, run) : `%!s(${typeText(value)}=${sprint(value, run)})`;
}

function partAsString(value: Value, run: Run): string {
  run.spend(PART_STEPS + (typeof value === 'string' ? value.length / 4 : 0));
  if (value === null) return '<nil>';
  return isList(value)
    ? `[${itemsOf(value)
        .map((item) => partAsString(item, run))
        .join(' ')}]`
    : asString(value, run);
}

/** @source builtin/builtin.go of expr-lang/expr */
export const MAP_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['keys', ofEntries('cannot get keys from %s', ([key]) => key)],
  ['values', ofEntries('cannot get values from %s', ([, value]) => value)],
  ['toPairs', toPairs],
  ['fromPairs', fromPairs],
];
