import { DURATION, FLOAT64, INT64, LOCATION_POINTER, MONTH, STRING, TIME, WEEKDAY, funcOf } from '../go-type.ts';
import type { GoType } from '../go-type.ts';
import { GoInt } from '../value.ts';
import type { Value } from '../value.ts';
import { formatDuration, HOUR, MAX_DURATION, MIN_DURATION, MINUTE, SECOND } from './duration.ts';
import { asDuration, asGoInt, asLocation } from './method.ts';
import type { GoMethod } from './method.ts';
import { printInteger } from './sprint.ts';
import { TIME_METHODS } from './time-methods.ts';
import { GoDuration } from './time.ts';

/**
 * The exported methods of the types that a condition can meet. Methods with a pointer receiver are no part of a value's
 * method set, so times cannot be unmarshalled into.
 */
export function methodOf(type: GoType, name: string): GoMethod | undefined {
  return METHODS.get(type)?.get(name);
}

/** Whether a type has methods at all. */
export function hasMethods(type: GoType): boolean {
  return METHODS.has(type);
}

const INTEGER_METHODS = new Map<string, GoMethod>([
  ['String', { type: funcOf([], [STRING]), call: (receiver) => printInteger(asGoInt(receiver)) }],
]);

const LOCATION_METHODS = new Map<string, GoMethod>([
  ['String', { type: funcOf([], [STRING]), call: (receiver) => asLocation(receiver)?.name ?? 'UTC' }],
]);

const DURATION_METHODS = new Map<string, GoMethod>([
  ['Abs', ofDuration(DURATION, (size) => new GoDuration(clamp(magnitude(size))))],
  ['Hours', ofDuration(FLOAT64, (size) => inUnit(size, HOUR))],
  ['Microseconds', ofDuration(INT64, (size) => new GoInt(INT64, size / 1000n))],
  ['Milliseconds', ofDuration(INT64, (size) => new GoInt(INT64, size / 1_000_000n))],
  ['Minutes', ofDuration(FLOAT64, (size) => inUnit(size, MINUTE))],
  ['Nanoseconds', ofDuration(INT64, (size) => new GoInt(INT64, size))],
  ['Round', toUnit(roundTo)],
  ['Seconds', ofDuration(FLOAT64, (size) => inUnit(size, SECOND))],
  ['String', ofDuration(STRING, formatDuration)],
  ['Truncate', toUnit((size, unit) => size - (size % unit))],
]);

function ofDuration(result: GoType, call: (size: bigint) => Value): GoMethod {
  return { type: funcOf([], [result]), call: (receiver) => call(asDuration(receiver)) };
}

/** A method that takes the unit to round to, which changes nothing unless it is positive. */
function toUnit(round: (size: bigint, unit: bigint) => bigint): GoMethod {
  return {
    type: funcOf([DURATION], [DURATION]),
    call: (receiver, [unitArgument]) => {
      const size = asDuration(receiver);
      const unit = asDuration(unitArgument);
      return new GoDuration(unit <= 0n ? size : round(size, unit));
    },
  };
}

/** Go adds the whole units and the rest as floats. */
function inUnit(size: bigint, unit: bigint): number {
  return Number(size / unit) + Number(size % unit) / Number(unit);
}

function magnitude(size: bigint): bigint {
  return size < 0n ? -size : size;
}

/** Half away from zero. */
function roundTo(size: bigint, unit: bigint): bigint {
  const rest = magnitude(size % unit);
  const rounded = magnitude(size) - rest + (rest * 2n < unit ? 0n : unit);
  return clamp(size < 0n ? -rounded : rounded);
}

function clamp(size: bigint): bigint {
  if (size > MAX_DURATION) return MAX_DURATION;
  return size < MIN_DURATION ? MIN_DURATION : size;
}

const METHODS = new Map<GoType, ReadonlyMap<string, GoMethod>>([
  [TIME, TIME_METHODS],
  [DURATION, DURATION_METHODS],
  [LOCATION_POINTER, LOCATION_METHODS],
  [MONTH, INTEGER_METHODS],
  [WEEKDAY, INTEGER_METHODS],
]);
