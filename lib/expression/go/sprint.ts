import type { GoType } from '../go-type.ts';
import { MONTH, WEEKDAY } from '../go-type.ts';
import { run } from '../trampoline.ts';
import type { Routine } from '../trampoline.ts';
import { GoInt, GoMap, GoObject, GoPointer, GoSlice, GoStruct } from '../value.ts';
import type { Value } from '../value.ts';
import { MONTHS, WEEKDAYS } from './calendar.ts';
import { sortedKeys } from './map-order.ts';
import { formatFloat } from './strconv.ts';
import { GoDuration, GoTime } from './time.ts';
import { GoLocation } from './zone.ts';

/** Go prints where functions and pointed-to values lie in memory, which says nothing to anyone. */
const ADDRESS = '0xc000000000';

/** What fmt's `%v` prints of a value: `[1 2]`, `map[a:1]` with sorted keys, `<nil>`. @source https://pkg.go.dev/fmt */
export function sprint(value: Value): string {
  return typeof value === 'string' ? value : run(print(value, 0));
}

function* print(value: Value, depth: number): Routine<string> {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return formatFloat(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return yield printItems(value, depth);
  if (!(value instanceof GoObject)) return yield printMap(Object.entries(value), depth);
  if (value instanceof GoInt) return printInteger(value);
  if (value instanceof GoTime || value instanceof GoLocation) return value.toString();
  if (value instanceof GoSlice) return yield printItems(value.items ?? [], depth);
  if (value instanceof GoMap) return yield printMap([...value.entries.values()], depth);
  if (value instanceof GoStruct) return yield printStruct(value, depth);
  return value instanceof GoPointer ? yield printPointer(value, depth) : ADDRESS;
}

/** `August` and `Monday`, and what Go makes of months and weekdays that do not exist. */
export function printInteger(integer: GoInt): string {
  const { goType, value } = integer;
  if (integer instanceof GoDuration) return integer.toString();
  if (goType === MONTH) return MONTHS[Number(value) - 1] ?? `%!Month(${printUnsigned(value)})`;
  if (goType === WEEKDAY) return WEEKDAYS[Number(value)] ?? `%!Weekday(${printUnsigned(value)})`;
  return String(value);
}

function printUnsigned(value: bigint): string {
  return String(BigInt.asUintN(64, value));
}

function* printItems(items: readonly Value[], depth: number): Routine<string> {
  const shown: string[] = [];
  for (const item of items) shown.push(yield print(item, depth + 1));
  return `[${shown.join(' ')}]`;
}

function* printMap(entries: readonly (readonly [key: Value, value: Value])[], depth: number): Routine<string> {
  const shown: string[] = [];
  for (const [key, value] of sortedKeys(entries)) {
    shown.push(`${yield print(key, depth + 1)}:${yield print(value, depth + 1)}`);
  }
  return `map[${shown.join(' ')}]`;
}

function* printStruct(value: GoStruct, depth: number): Routine<string> {
  const shown: string[] = [];
  for (const { name } of value.goType.fields ?? []) {
    const field = value.fields.get(name);
    // Fields that are not exported are empty structs in every type that a condition can meet.
    shown.push(field === undefined ? '{}' : yield print(field, depth + 1));
  }
  return `{${shown.join(' ')}}`;
}

function* printPointer({ target, goType }: GoPointer, depth: number): Routine<string> {
  if (target === null) return '<nil>';
  return depth === 0 && isShownInFull(goType.elem) ? `&${yield print(target, depth + 1)}` : ADDRESS;
}

function isShownInFull(type: GoType | undefined): boolean {
  return type !== undefined && ['struct', 'slice', 'array', 'map'].includes(type.kind);
}
