import { OPERATOR_STEPS } from './charges.ts';
import { concat } from './go/strings.ts';
import { GoDuration, GoTime, addToTime, timeBetween } from './go/time.ts';
import { plainInteger, plainNumber, toFloat, wrap } from './integers.ts';
import type { Meter } from './meter.ts';
import { power } from './power.ts';
import { GoInt, GoPanic, typeText } from './value.ts';
import type { Value } from './value.ts';

/** How long a joined string may get; Go has no bound but the machine's memory. */
const MAX_TEXT = 2 ** 24;

function refusal(left: Value, operator: string, right: Value): GoPanic {
  return new GoPanic(`invalid operation: ${typeText(left)} ${operator} ${typeText(right)}`);
}

/** Applies one of two functions to two numbers of predeclared types; undefined if one is no such number. */
function calculate(
  left: Value,
  right: Value,
  ints: (a: bigint, b: bigint) => bigint,
  floats: (a: number, b: number) => number,
): Value | undefined {
  const a = plainInteger(left);
  const b = plainInteger(right);
  if (a !== undefined && b !== undefined) return wrap(ints(a, b));
  const x = plainNumber(left);
  const y = plainNumber(right);
  return x === undefined || y === undefined ? undefined : floats(x, y);
}

/** @source vm/runtime/helpers of expr-lang/expr, for all of these */
export function add(left: Value, right: Value, meter: Meter): Value {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (typeof left === 'bigint' && typeof right === 'bigint') return BigInt.asIntN(64, left + right);
  if (typeof left === 'string' && typeof right === 'string') return join(left, right, meter);
  const sum =
    calculate(
      left,
      right,
      (a, b) => a + b,
      (a, b) => a + b,
    ) ?? addTimes(left, right);
  if (sum === undefined) throw refusal(left, '+', right);
  return sum;
}

function join(left: string, right: string, meter: Meter): string {
  if (left.length + right.length > MAX_TEXT) throw new GoPanic('memory budget exceeded');
  meter.spend(OPERATOR_STEPS['+'](left, right));
  return concat(left, right);
}

function addTimes(left: Value, right: Value): Value | undefined {
  if (left instanceof GoTime && right instanceof GoDuration) return addToTime(left, right.value);
  if (!(left instanceof GoDuration)) return undefined;
  if (right instanceof GoTime) return addToTime(right, left.value);
  return right instanceof GoDuration ? new GoDuration(left.value + right.value) : undefined;
}

export function subtract(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'bigint' && typeof right === 'bigint') return BigInt.asIntN(64, left - right);
  const difference =
    calculate(
      left,
      right,
      (a, b) => a - b,
      (a, b) => a - b,
    ) ?? subtractTimes(left, right);
  if (difference === undefined) throw refusal(left, '-', right);
  return difference;
}

function subtractTimes(left: Value, right: Value): Value | undefined {
  if (left instanceof GoTime) {
    if (right instanceof GoTime) return timeBetween(left, right);
    return right instanceof GoDuration ? addToTime(left, wrap(-right.value)) : undefined;
  }
  return left instanceof GoDuration && right instanceof GoDuration
    ? new GoDuration(left.value - right.value)
    : undefined;
}

/** A duration times an integer or a duration is a duration; times a float it is the plain number of nanoseconds. */
export function multiply(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return left * right;
  if (typeof left === 'bigint' && typeof right === 'bigint') return BigInt.asIntN(64, left * right);
  const a = left instanceof GoDuration ? left.value : left;
  const b = right instanceof GoDuration ? right.value : right;
  const product = calculate(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
  if (product === undefined) throw refusal(left, '*', right);
  return typeof product === 'bigint' && (a !== left || b !== right) ? new GoDuration(product) : product;
}

export function divide(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left / right;
  const x = plainNumber(left);
  const y = plainNumber(right);
  if (x === undefined || y === undefined) throw refusal(left, '/', right);
  return x / y;
}

export function modulo(left: Value, right: Value): bigint {
  if (typeof left === 'bigint' && typeof right === 'bigint' && right !== 0n) return left % right;
  const a = plainInteger(left);
  const b = plainInteger(right);
  if (a === undefined || b === undefined) throw refusal(left, '%', right);
  const divisor = wrap(b);
  if (divisor === 0n) throw new GoPanic('runtime error: integer divide by zero');
  return wrap(wrap(a) % divisor);
}

export function raise(left: Value, right: Value, meter: Meter): number {
  meter.spend(OPERATOR_STEPS['**']());
  const base = toFloat(left);
  return power(base, toFloat(right));
}

export function negate(value: Value): Value {
  if (typeof value === 'number') return -value;
  if (typeof value === 'bigint') return BigInt.asIntN(64, -value);
  if (!(value instanceof GoInt) || value.goType.pkgPath !== '') {
    throw new GoPanic(`invalid operation: - ${typeText(value)}`);
  }
  const { kind } = value.goType;
  const width = Number(/\d+$/.exec(kind)?.[0] ?? 64);
  const negated = -value.value;
  return new GoInt(value.goType, kind.startsWith('u') ? BigInt.asUintN(width, negated) : BigInt.asIntN(width, negated));
}
