import type { GoType } from '../go-type.ts';
import { MONTH, WEEKDAY } from '../go-type.ts';
import { timeSteps } from '../charges.ts';
import { FREE } from '../spend.ts';
import type { Spending } from '../spend.ts';
import { run } from '../trampoline.ts';
import type { Routine } from '../trampoline.ts';
import { GoInt, GoMap, GoNamedString, GoPointer, GoRange, GoSlice, GoStruct, isPlainMap } from '../value.ts';
import type { Value } from '../value.ts';
import { MONTHS, WEEKDAYS } from './calendar.ts';
import { sortedKeys } from './map-order.ts';
import { formatFloat } from './strconv.ts';
import { isScalar, TextBuilder } from './text-builder.ts';
import { GoDuration, GoTime } from './time.ts';
import { GoLocation } from './zone.ts';

/** Go prints where functions and pointed-to values lie in memory, which says nothing to anyone. */
const ADDRESS = '0xc000000000';

/** What fmt's `%v` prints of a value: `[1 2]`, `map[a:1]` with sorted keys, `<nil>`. @source https://pkg.go.dev/fmt */
export function sprint(value: Value, meter: Spending = FREE): string {
  if (typeof value === 'string') return value;
  const text = new TextBuilder(meter);
  run(print(value, 0, text));
  return text.toString();
}

type Entry = readonly [key: Value, value: Value];

function* print(value: Value, depth: number, to: TextBuilder): Routine<void> {
  if (Array.isArray(value)) return yield printItems(value, depth, to);
  if (isPlainMap(value)) return yield printMap(entriesOf(value, to.meter), depth, to);
  if (value instanceof GoRange) to.meter.spend(BUILT_ITEM * value.length);
  if (value instanceof GoSlice) return yield printItems(value.items ?? [], depth, to);
  if (value instanceof GoMap) return yield printMap([...value.entries.values()], depth, to);
  if (value instanceof GoStruct) return yield printStruct(value, depth, to);
  if (value instanceof GoPointer && value.target !== null && depth === 0 && isShownInFull(value.goType.elem)) {
    to.add('&');
    return yield print(value.target, depth + 1, to);
  }
  if (value instanceof GoTime) to.meter.spend(timeSteps(value));
  return to.add(printScalar(value));
}

function printScalar(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return formatFloat(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof GoInt) return printInteger(value);
  if (value instanceof GoNamedString) return value.text;
  if (value instanceof GoTime || value instanceof GoLocation) return value.toString();
  return value instanceof GoPointer && value.target === null ? '<nil>' : ADDRESS;
}

function* printItems(items: readonly Value[], depth: number, to: TextBuilder): Routine<void> {
  to.add('[');
  for (const [at, item] of items.entries()) {
    if (at > 0) to.add(' ');
    if (isScalar(item)) to.add(printScalar(item));
    else yield print(item, depth + 1, to);
  }
  to.add(']');
}

function* printMap(entries: readonly Entry[], depth: number, to: TextBuilder): Routine<void> {
  to.add('map[');
  for (const [at, [key, value]] of sortedKeys(entries, to.meter).entries()) {
    if (at > 0) to.add(' ');
    yield print(key, depth + 1, to);
    to.add(':');
    if (isScalar(value)) to.add(printScalar(value));
    else yield print(value, depth + 1, to);
  }
  to.add(']');
}

/** The entries of a map; each is paid for. */
export function entriesOf(map: { readonly [key: string]: Value }, meter: Spending): [key: string, value: Value][] {
  const keys = Object.keys(map);
  meter.spend(ENTRY_STEPS * keys.length);
  return keys.map((key) => [key, map[key] ?? null]);
}

const ENTRY_STEPS = 25;
/** A number of a range, which is made only now. */
const BUILT_ITEM = 5;

function* printStruct(value: GoStruct, depth: number, to: TextBuilder): Routine<void> {
  to.add('{');
  for (const [at, { name }] of (value.goType.fields ?? []).entries()) {
    if (at > 0) to.add(' ');
    const field = value.fields.get(name);
    // Fields that are not exported are empty structs in every type that a condition can meet.
    if (field === undefined) to.add('{}');
    else yield print(field, depth + 1, to);
  }
  to.add('}');
}

function isShownInFull(type: GoType | undefined): boolean {
  return type !== undefined && ['struct', 'slice', 'array', 'map'].includes(type.kind);
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
