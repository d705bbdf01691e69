import { ORDERED_TEXT, equalSteps } from './charges.ts';
import { compare } from './go/strings.ts';
import { GoDuration, GoTime } from './go/time.ts';
import { plainInteger, plainNumber, wrap } from './integers.ts';
import type { Meter } from './meter.ts';
import { GoPanic, typeText } from './value.ts';
import type { Value } from './value.ts';

/** Less than. Panics unless both are numbers, strings, times or durations. */
export function isLess(left: Value, right: Value, meter: Meter): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right;
  return order(left, right, '<', meter) < 0;
}

export function isMore(left: Value, right: Value, meter: Meter): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left > right;
  if (typeof left === 'bigint' && typeof right === 'bigint') return left > right;
  return order(left, right, '>', meter) > 0;
}

export function isAtMost(left: Value, right: Value, meter: Meter): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left <= right;
  if (typeof left === 'bigint' && typeof right === 'bigint') return left <= right;
  return order(left, right, '<=', meter) <= 0;
}

export function isAtLeast(left: Value, right: Value, meter: Meter): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left >= right;
  if (typeof left === 'bigint' && typeof right === 'bigint') return left >= right;
  return order(left, right, '>=', meter) >= 0;
}

/** Below, at or above 0 as left is below, at or above right; NaN if one of them is. */
function order(left: Value, right: Value, operator: string, meter: Meter): number {
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right, meter);
  const a = plainInteger(left);
  const b = plainInteger(right);
  if (a !== undefined && b !== undefined) return rank(wrap(a), wrap(b));
  const x = plainNumber(left);
  const y = plainNumber(right);
  // Not a subtraction: two equal infinities are equal.
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
  if (left instanceof GoTime && right instanceof GoTime) return rank(left.instant, right.instant);
  if (left instanceof GoDuration && right instanceof GoDuration) return rank(left.value, right.value);
  throw new GoPanic(`invalid operation: ${typeText(left)} ${operator} ${typeText(right)}`);
}

/** Negative, zero or positive, by bytes. */
export function compareTexts(left: string, right: string, meter: Meter): number {
  meter.spend(ORDERED_TEXT + equalSteps(left, right));
  return compare(left, right, meter);
}

function rank(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
