import { COMPARED_ENTRY, COMPARED_ITEM, COMPARED_VALUE, equalSteps, keySteps } from './charges.ts';
import { GoTime } from './go/time.ts';
import { GoLocation } from './go/zone.ts';
import { plainInteger, plainNumber, wrap } from './integers.ts';
import type { Meter } from './meter.ts';
import { GoInt, GoMap, GoNamedString, GoPointer, GoRange, GoSlice, GoStruct, goTypeOf, isPlainMap } from './value.ts';
import type { Value } from './value.ts';

/** Whether a value is nil: nil itself, a nil list or a nil pointer. */
export function isNil(value: Value): boolean {
  if (value === null) return true;
  if (value instanceof GoPointer) return value.target === null;
  return value instanceof GoSlice && !(value instanceof GoRange) && value.items === null;
}

/** Element types whose lists compare element by element with each other's untyped lists. */
const COMPARED: ReadonlySet<string> = new Set(
  'interface {},string,float64,int,int8,int16,int32,int64,uint,uint8,uint16,uint32,uint64'.split(','),
);

/**
 * The `==` of the language: 1 and 1.0 are equal, also inside lists; inside maps they are not.
 *
 * @source Equal in vm/runtime/helpers of expr-lang/expr
 */
export function isEqual(left: Value, right: Value, meter: Meter): boolean {
  if (typeof left === 'string' && typeof right === 'string') return isEqualText(left, right, meter);
  if (typeof left === typeof right && typeof left !== 'object') return left === right;
  const x = plainNumber(left);
  const y = plainNumber(right);
  if (x !== undefined && y !== undefined) return isEqualNumber(left, right, x, y);
  meter.spend(COMPARED_VALUE);
  if (left instanceof GoTime && right instanceof GoTime) return left.instant === right.instant;
  if (areComparedLists(left, right)) {
    return areItemsEqual(left, right, meter, isEqual);
  }
  return (isNil(left) && isNil(right)) || isDeeplyEqual(left, right, meter);
}

/** Whether two texts are the same. */
export function isEqualText(left: string, right: string, meter: Meter): boolean {
  meter.spend(equalSteps(left, right));
  return left === right;
}

function isEqualNumber(left: Value, right: Value, x: number, y: number): boolean {
  const a = plainInteger(left);
  const b = plainInteger(right);
  return a === undefined || b === undefined ? x === y : wrap(a) === wrap(b);
}

/** Whether two lists compare by their items: one is untyped or both have one type, of elements that compare so. */
function areComparedLists(left: Value, right: Value): boolean {
  if (Array.isArray(left) && Array.isArray(right)) return true;
  const one = goTypeOf(left);
  const other = goTypeOf(right);
  if (one?.kind !== 'slice' || other?.kind !== 'slice' || one.elem === undefined || other.elem === undefined) {
    return false;
  }
  const isUntyped = one.elem.kind === 'interface' || other.elem.kind === 'interface';
  return (isUntyped || one === other) && COMPARED.has(one.elem.text) && COMPARED.has(other.elem.text);
}

/** The number of items, without a range making them. */
function lengthOf(list: Value): number {
  return list instanceof GoRange ? list.length : itemsOf(list).length;
}

/** The items of a list; none of anything else. */
export function itemsOf(list: Value): readonly Value[] {
  if (Array.isArray(list)) return list;
  return list instanceof GoSlice ? (list.items ?? []) : [];
}

function areItemsEqual(
  left: Value,
  right: Value,
  meter: Meter,
  isSame: (left: Value, right: Value, meter: Meter) => boolean,
): boolean {
  const length = lengthOf(left);
  if (length !== lengthOf(right)) return false;
  const [one, other] = [itemsAt(left), itemsAt(right)];
  for (let index = 0; index < length; index++) {
    meter.spend(COMPARED_ITEM);
    if (!isSame(one(index), other(index), meter)) return false;
  }
  return true;
}

/** The item at an index, without a range making them all. */
function itemsAt(list: Value): (index: number) => Value {
  if (list instanceof GoRange) return (index) => list.at(index);
  const items = itemsOf(list);
  return (index) => items[index] ?? null;
}

/** Go's reflect.DeepEqual: types must be the same all the way down. */
export function isDeeplyEqual(left: Value, right: Value, meter: Meter): boolean {
  const type = goTypeOf(left);
  if (type !== goTypeOf(right)) return false;
  if (typeof left === 'string' && typeof right === 'string') return isEqualText(left, right, meter);
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right;
  switch (type?.kind) {
    case 'slice':
    case 'array':
      // The same list equals itself, even with a NaN in it; so does the same map.
      return left === right || (isNil(left) === isNil(right) && areItemsEqual(left, right, meter, isDeeplyEqual));
    case 'map':
      return left === right || areEntriesEqual(left, right, meter);
    default:
      return areObjectsEqual(left, right, meter);
  }
}

function areObjectsEqual(left: Value, right: Value, meter: Meter): boolean {
  if (left instanceof GoInt && right instanceof GoInt) return left.value === right.value;
  if (left instanceof GoNamedString && right instanceof GoNamedString) {
    return isEqualText(left.text, right.text, meter);
  }
  if (left instanceof GoTime && right instanceof GoTime) {
    return left.instant === right.instant && left.location.toString() === right.location.toString();
  }
  if (left instanceof GoLocation && right instanceof GoLocation) return left.toString() === right.toString();
  if (left instanceof GoPointer && right instanceof GoPointer) return isDeeplyEqual(left.target, right.target, meter);
  if (!(left instanceof GoStruct) || !(right instanceof GoStruct)) return false;
  for (const [name, value] of left.fields) {
    if (!isDeeplyEqual(value, right.fields.get(name) ?? null, meter)) return false;
  }
  return true;
}

function areEntriesEqual(left: Value, right: Value, meter: Meter): boolean {
  if (left instanceof GoMap && right instanceof GoMap) {
    if (left.entries.size !== right.entries.size) return false;
    for (const [key, [, value]] of left.entries) {
      meter.spend(COMPARED_ENTRY);
      const other = right.entries.get(key);
      if (other === undefined || !isDeeplyEqual(value, other[1], meter)) return false;
    }
    return true;
  }
  if (!isPlainMap(left) || !isPlainMap(right)) return false;
  const keys = meter.keysOf(left);
  if (keys.length !== meter.keysOf(right).length) return false;
  for (const key of keys) {
    meter.spend(COMPARED_ENTRY + keySteps(key, 1));
    if (!Object.hasOwn(right, key) || !isDeeplyEqual(left[key] ?? null, right[key] ?? null, meter)) return false;
  }
  return true;
}
