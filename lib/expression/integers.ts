import { GoInt, GoPanic, typeText } from './value.ts';
import type { Value } from './value.ts';

const MIN_INT = -(2n ** 63n);
const TWO_63 = 2 ** 63;

/** A number wrapped to 64 bits, as Go's int arithmetic wraps. */
export function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** Go's int64(x) of a float on amd64: towards zero; what does not fit becomes the smallest integer. */
export function truncate(value: number): bigint {
  return value >= -TWO_63 && value < TWO_63 ? BigInt(Math.trunc(value)) : MIN_INT;
}

/** The number in an integer of a predeclared type; undefined for anything else, months and durations too. */
export function plainInteger(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return value instanceof GoInt && value.goType.pkgPath === '' ? value.value : undefined;
}

/** A number of a predeclared type as float64; undefined for anything else. */
export function plainNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  const integer = plainInteger(value);
  return integer === undefined ? undefined : Number(integer);
}

/** Any number as int; floats are truncated. Panics for what is no number. */
export function toInt(value: Value): bigint {
  if (typeof value === 'number') return truncate(value);
  const integer = plainInteger(value);
  if (integer === undefined) throw new GoPanic(`invalid operation: int(${typeText(value)})`);
  return wrap(integer);
}

/** Any number as float64. Panics for what is no number. */
export function toFloat(value: Value): number {
  const number = plainNumber(value);
  if (number === undefined) throw new GoPanic(`invalid operation: float(${typeText(value)})`);
  return number;
}

/** Panics as Go's type assertion does on a value of another type. */
export function conversionPanic(value: Value, wanted: string): GoPanic {
  const type = value === null ? 'nil' : typeText(value);
  return new GoPanic(`interface conversion: interface {} is ${type}, not ${wanted}`);
}

/** Go's value.(string). */
export function asText(value: Value): string {
  if (typeof value !== 'string') throw conversionPanic(value, 'string');
  return value;
}
