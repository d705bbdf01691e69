import { FREE } from '../spend.ts';
import type { Spending } from '../spend.ts';
import { GoInt, goTypeOf } from '../value.ts';
import type { Value } from '../value.ts';
import { compare } from './strings.ts';
import { GoTime } from './time.ts';

/**
 * Keys of several types in one map are printed in groups. Go orders these by where the types lie in memory; this is the
 * order of a common build.
 */
const TYPE_ORDER = ['string', 'uint8', 'int64', 'int', 'float64', 'bool', 'time.Month', 'time.Weekday'];

/** Keys of several types are told apart by their names. */
const COMPARISON_STEPS = 10;

type Entry = readonly [key: Value, value: Value];

/** The entries of a map in the order in which fmt prints them: nil first, then by type, then by size. */
export function sortedKeys(entries: readonly Entry[], meter: Spending = FREE): Entry[] {
  return entries.toSorted(([left], [right]) => compareKeys(left, right, meter));
}

function compareKeys(left: Value, right: Value, meter: Spending): number {
  meter.spend(COMPARISON_STEPS);
  if (typeof left === 'string' && typeof right === 'string') return compare(left, right, meter);
  const byType = rankOf(left) - rankOf(right);
  if (byType !== 0) return byType;
  if (typeof left === 'number' && typeof right === 'number') return compareFloats(left, right);
  const [first, second] = [sizeOf(left), sizeOf(right)];
  return first < second ? -1 : first > second ? 1 : 0;
}

function rankOf(key: Value): number {
  if (key === null) return -1;
  const rank = TYPE_ORDER.indexOf(goTypeOf(key)?.text ?? '');
  return rank < 0 ? TYPE_ORDER.length : rank;
}

function compareFloats(left: number, right: number): number {
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : -1;
  return Number.isNaN(right) ? 1 : left - right;
}

function sizeOf(key: Value): bigint {
  if (typeof key === 'bigint') return key;
  if (typeof key === 'boolean') return key ? 1n : 0n;
  if (key instanceof GoInt) return key.value;
  return key instanceof GoTime ? key.instant : 0n;
}
