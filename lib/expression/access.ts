import { ANY, LOCATION, sliceOf } from './go-type.ts';
import type { GoType } from './go-type.ts';
import { sprint } from './go/sprint.ts';
import { byteOf } from './go/bytes.ts';
import { GoTime } from './go/time.ts';
import { GoLocation } from './go/zone.ts';
import { COMPARED_ELEMENT, COPIED_ELEMENT, keySteps } from './charges.ts';
import { isEqual, itemsOf } from './equal.ts';
import { lookupKey } from './hash.ts';
import { conversionPanic, toInt } from './integers.ts';
import type { Meter } from './meter.ts';
import { boundMethod } from './methods.ts';
import { isAssignableType } from './nature.ts';
import {
  GoMap,
  GoNamedString,
  GoPanic,
  GoPointer,
  GoRange,
  GoSlice,
  GoStruct,
  goTypeOf,
  isPlainMap,
  typeText,
} from './value.ts';
import type { Value } from './value.ts';

/** What the location of a zone without changes holds besides its name. */
const REST_OF_LOCATION: readonly (readonly [string, Value])[] = [
  ['zone', []],
  ['tx', []],
  ['extend', ''],
  ['cacheStart', 0n],
  ['cacheEnd', 0n],
  ['cacheZone', null],
];

/** What a pointer points to, nil for a nil pointer; anything else unchanged. */
export function dereference(value: Value): Value {
  if (value instanceof GoPointer) return value.target;
  return value instanceof GoLocation
    ? new GoStruct(LOCATION, new Map<string, Value>([['name', value.toString()], ...REST_OF_LOCATION]))
    : value;
}

/** The number of elements of a list or map, or of bytes of a string; undefined for anything else. */
export function sizeOf(value: Value, meter: Meter): number | undefined {
  if (typeof value === 'string') return meter.bytesOf(value).length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof GoRange) return value.length;
  if (value instanceof GoSlice) return value.items?.length ?? 0;
  if (value instanceof GoMap) return value.entries.size;
  if (value instanceof GoNamedString) return meter.bytesOf(value.text).length;
  return isPlainMap(value) ? meter.keysOf(value).length : undefined;
}

/** An element of a list, which must be there, or a byte of a string. */
export function elementAt(list: Value, index: number, meter: Meter): Value {
  if (typeof list === 'string') return byteOf(meter.bytesOf(list).at(index));
  if (list instanceof GoNamedString) return byteOf(meter.bytesOf(list.text).at(index));
  if (list instanceof GoRange) return list.at(index);
  return itemsOf(list)[index] ?? null;
}

function isIndexable(value: Value): boolean {
  return (
    typeof value === 'string' || Array.isArray(value) || value instanceof GoSlice || value instanceof GoNamedString
  );
}

function cannotFetch(from: Value, key: Value, meter: Meter): GoPanic {
  return new GoPanic(`cannot fetch ${sprint(key, meter)} from ${typeText(from)}`);
}

/** `from[key]` and `from.key`. A missing key of a map is nil; anything else missing panics. */
export function fetch(from: Value, key: Value, meter: Meter): Value {
  if (Array.isArray(from) || from instanceof GoSlice) return fetchIndex(from, key, meter);
  if (isPlainMap(from)) return fetchKey(from, key, meter);
  if (from === null) throw cannotFetch(from, key, meter);
  const method = typeof key === 'string' ? boundMethod(from, key) : undefined;
  if (method !== undefined) return method;
  const value = from instanceof GoPointer && from.target !== null ? from.target : from;
  if (isIndexable(value)) return fetchIndex(value, key, meter);
  if (value instanceof GoMap) return fetchEntry(value, key, meter) ?? zeroOf(value.goType.elem ?? ANY);
  if (value instanceof GoStruct || value instanceof GoTime || value instanceof GoLocation) {
    return fetchField(from, value, key, meter);
  }
  throw cannotFetch(from, key, meter);
}

function fetchIndex(list: Value, key: Value, meter: Meter): Value {
  const wanted = toInt(key);
  const size = sizeOf(list, meter) ?? 0;
  const index = wanted < 0n ? BigInt.asIntN(64, BigInt(size) + wanted) : wanted;
  if (index < 0n || index >= BigInt(size)) {
    throw new GoPanic(`index out of range: ${index} (array length is ${size})`);
  }
  return elementAt(list, Number(index), meter);
}

function fetchKey(map: { readonly [key: string]: Value }, key: Value, meter: Meter): Value {
  const name = textKey(key);
  meter.spend(keySteps(name, 1));
  return Object.hasOwn(map, name) ? (map[name] ?? null) : null;
}

/** A key of a map with string keys; nil stands for the empty string. */
function textKey(key: Value): string {
  if (typeof key === 'string') return key;
  if (key === null) return '';
  throw mapIndexPanic(key, 'string');
}

function mapIndexPanic(key: Value, wanted: string): GoPanic {
  return new GoPanic(`reflect.Value.MapIndex: value of type ${typeText(key)} is not assignable to type ${wanted}`);
}

/** What a map holds under a key; undefined if nothing. */
function fetchEntry({ goType, entries }: GoMap, key: Value, meter: Meter): Value | undefined {
  const wanted = goType.key ?? ANY;
  const type = goTypeOf(key);
  meter.spend(keySteps(key, entries.size));
  if (type !== undefined && !isAssignableType(type, wanted)) throw mapIndexPanic(key, wanted.text);
  const entry = entries.get(lookupKey(type === undefined ? zeroOf(wanted) : key, entries.size));
  return entry?.[1];
}

/** The zero value of the types that maps here have as keys and elements. */
function zeroOf(type: GoType): Value {
  switch (type.kind) {
    case 'int':
      return 0n;
    case 'string':
      return '';
    case 'slice':
      return new GoSlice(type, null);
    default:
      return null;
  }
}

function fetchField(from: Value, value: Value, key: Value, meter: Meter): Value {
  if (typeof key !== 'string') throw conversionPanic(key, 'string');
  const type = value instanceof GoLocation ? LOCATION : goTypeOf(value);
  const field = type?.fields?.find(({ name }) => name === key);
  if (field === undefined) throw cannotFetch(from, key, meter);
  if (!field.exported) {
    throw new GoPanic('reflect.Value.Interface: cannot return value obtained from unexported field or method');
  }
  return value instanceof GoStruct ? (value.fields.get(key) ?? null) : null;
}

/** What `get` gives: as fetch, but nil where nothing is found. */
export function get(from: Value, key: Value, meter: Meter): Value {
  if (from === null) return null;
  const method = typeof key === 'string' ? boundMethod(from, key) : undefined;
  if (method !== undefined) return method;
  if (isIndexable(from)) {
    const wanted = toInt(key);
    const size = BigInt(sizeOf(from, meter) ?? 0);
    const index = wanted < 0n ? size + wanted : wanted;
    return index >= 0n && index < size ? elementAt(from, Number(index), meter) : null;
  }
  if (isPlainMap(from)) return fetchKey(from, key, meter);
  if (from instanceof GoMap) return fetchEntry(from, key, meter) ?? null;
  if (!(from instanceof GoStruct) && !(from instanceof GoTime)) return null;
  if (typeof key !== 'string') throw conversionPanic(key, 'string');
  const hasField = goTypeOf(from)?.fields?.some(({ name }) => name === key) === true;
  return hasField ? fetchField(from, from, key, meter) : null;
}

/** `from[start:end]`, by bytes for strings; bounds are clamped, negative ones count from the end. */
export function slice(from: Value, start: Value, end: Value, meter: Meter): Value {
  const list = dereferenceToList(from);
  if (list === undefined) throw new GoPanic(`cannot slice ${sprint(start, meter)}`);
  const size = sizeOf(list, meter) ?? 0;
  const low = toInt(start);
  const high = clamp(toInt(end), size);
  return part(list, Math.min(clamp(low, size), high), high, meter);
}

function dereferenceToList(value: Value): Value | undefined {
  if (isIndexable(value)) return value;
  return value instanceof GoPointer && isIndexable(value.target) ? value.target : undefined;
}

function clamp(bound: bigint, size: number): number {
  const index = bound < 0n ? BigInt.asIntN(64, BigInt(size) + bound) : bound;
  return index < 0n ? 0 : index > BigInt(size) ? size : Number(index);
}

/** The elements from `low` up to, not including, `high`, in a list of the same type. */
export function part(list: Value, low: number, high: number, meter: Meter): Value {
  if (typeof list === 'string') return meter.bytesOf(list).slice(low, high, meter);
  if (list instanceof GoNamedString) {
    return new GoNamedString(list.goType, meter.bytesOf(list.text).slice(low, high, meter));
  }
  if (list instanceof GoRange) return new GoRange(list.first + BigInt(low), high - low);
  // Go's slices share their elements; ours are copied.
  meter.spend((high - low) * COPIED_ELEMENT);
  if (Array.isArray(list)) return list.slice(low, high);
  if (!(list instanceof GoSlice)) return list;
  const { goType, items } = list;
  const type = goType.kind === 'array' ? sliceOf(goType.elem ?? ANY) : goType;
  const cut = items === null ? null : items.slice(low, high);
  return type.elem === ANY && cut !== null ? cut : new GoSlice(type, cut);
}

/** `needle in container`: an element of a list, a key of a map, a field of a struct. */
export function isIn(needle: Value, container: Value, meter: Meter): boolean {
  if (container === null) return false;
  if (Array.isArray(container) || container instanceof GoSlice) return isElement(needle, container, meter);
  if (isPlainMap(container)) {
    meter.spend(keySteps(needle, 1));
    return Object.hasOwn(container, textKey(needle));
  }
  if (container instanceof GoMap) return fetchEntry(container, needle, meter) !== undefined;
  if (container instanceof GoPointer) return container.target !== null && isIn(needle, container.target, meter);
  if (container instanceof GoStruct || container instanceof GoTime || container instanceof GoLocation) {
    return isField(needle, container);
  }
  throw new GoPanic(`operator "in" not defined on ${typeText(container)}`);
}

function isElement(needle: Value, list: Value, meter: Meter): boolean {
  const size = sizeOf(list, meter) ?? 0;
  for (let index = 0; index < size; index++) {
    meter.spend(COMPARED_ELEMENT);
    if (isEqual(elementAt(list, index, meter), needle, meter)) return true;
  }
  return false;
}

function isField(needle: Value, container: Value): boolean {
  const type = container instanceof GoLocation ? LOCATION : goTypeOf(container);
  const name = needle instanceof GoNamedString ? needle.text : needle;
  if (typeof name !== 'string') {
    throw new GoPanic(`cannot use ${typeText(needle)} as field name of ${type?.text ?? ''}`);
  }
  return type?.fields?.some((field) => field.exported && field.name === name) === true;
}
