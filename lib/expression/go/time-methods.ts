import {
  BOOL,
  BYTE_SLICE,
  DURATION,
  ERROR,
  INT,
  INT64,
  LOCATION_POINTER,
  MONTH,
  STRING,
  TIME,
  WEEKDAY,
  funcOf,
} from '../go-type.ts';
import type { GoType } from '../go-type.ts';
import { GoInt, GoPanic } from '../value.ts';
import type { Value } from '../value.ts';
import { bytesOf } from './bytes.ts';
import { isoWeek, MONTHS } from './calendar.ts';
import type { Clock } from './clock.ts';
import { floorDivide } from './integers.ts';
import { asBytes, asDuration, asInteger, asLocation, asString, asTime } from './method.ts';
import type { GoMethod } from './method.ts';
import { quoteBytes } from './strconv.ts';
import { concat } from './strings.ts';
import { formatBinary, formatStrictly } from './time-text.ts';
import { addToTime, clockOf, formatTime, GoTime, timeBetween, timeOf } from './time.ts';
import { transitionBefore } from './transitions.ts';
import { fromBinary } from './utf8.ts';
import { UTC } from './zone.ts';

/** The zero time, 0001-01-01 UTC, from which Go rounds. */
const ZERO_INSTANT = -62_135_596_800n * 1_000_000_000n;

/** The exported methods of time.Time's values. @source https://pkg.go.dev/time#Time */
export const TIME_METHODS: ReadonlyMap<string, GoMethod> = new Map([
  ['Add', method([DURATION], [TIME], (time, [size]) => addToTime(time, asDuration(size)))],
  ['AddDate', method([INT, INT, INT], [TIME], addDate)],
  ['After', method([TIME], [BOOL], (time, [other]) => time.instant > asTime(other).instant)],
  [
    'AppendBinary',
    method([BYTE_SLICE], [BYTE_SLICE, ERROR], (time, [to]) => append(to, fromBinary(formatBinary(time)))),
  ],
  [
    'AppendFormat',
    method([BYTE_SLICE, STRING], [BYTE_SLICE], (time, [to, layout]) => append(to, format(time, layout))),
  ],
  [
    'AppendText',
    method([BYTE_SLICE], [BYTE_SLICE, ERROR], (time, [to]) => append(to, formatStrictly(time, 'Time.AppendText'))),
  ],
  ['Before', method([TIME], [BOOL], (time, [other]) => time.instant < asTime(other).instant)],
  ['Clock', ofClock([INT, INT, INT], ({ hour }) => BigInt(hour))],
  ['Compare', method([TIME], [INT], (time, [other]) => order(time.instant, asTime(other).instant))],
  ['Date', ofClock([INT, MONTH, INT], ({ year }) => BigInt(year))],
  ['Day', ofClock([INT], ({ day }) => BigInt(day))],
  ['Equal', method([TIME], [BOOL], (time, [other]) => time.instant === asTime(other).instant)],
  ['Format', method([STRING], [STRING], (time, [layout]) => format(time, layout))],
  ['GoString', method([], [STRING], goString)],
  ['GobEncode', method([], [BYTE_SLICE, ERROR], (time) => bytesOf(fromBinary(formatBinary(time))))],
  ['Hour', ofClock([INT], ({ hour }) => BigInt(hour))],
  ['ISOWeek', ofClock([INT, INT], ({ days }) => BigInt(isoWeek(days).year))],
  ['In', method([LOCATION_POINTER], [TIME], inLocation)],
  ['IsDST', ofClock([BOOL], ({ zone }) => zone.isDst)],
  ['IsZero', method([], [BOOL], (time) => time.instant === ZERO_INSTANT)],
  ['Local', method([], [TIME], ({ instant }) => new GoTime(instant, UTC))],
  ['Location', method([], [LOCATION_POINTER], (time) => time.location)],
  ['MarshalBinary', method([], [BYTE_SLICE, ERROR], (time) => bytesOf(fromBinary(formatBinary(time))))],
  ['MarshalJSON', method([], [BYTE_SLICE, ERROR], (time) => bytesOf(`"${formatStrictly(time, 'Time.MarshalJSON')}"`))],
  ['MarshalText', method([], [BYTE_SLICE, ERROR], (time) => bytesOf(formatStrictly(time, 'Time.MarshalText')))],
  ['Minute', ofClock([INT], ({ minute }) => BigInt(minute))],
  ['Month', ofClock([MONTH], ({ month }) => new GoInt(MONTH, BigInt(month)))],
  ['Nanosecond', ofClock([INT], ({ nanosecond }) => BigInt(nanosecond))],
  ['Round', method([DURATION], [TIME], (time, [unit]) => toUnit(time, asDuration(unit), true))],
  ['Second', ofClock([INT], ({ second }) => BigInt(second))],
  ['String', method([], [STRING], (time) => time.toString())],
  ['Sub', method([TIME], [DURATION], (time, [other]) => timeBetween(time, asTime(other)))],
  ['Truncate', method([DURATION], [TIME], (time, [unit]) => toUnit(time, asDuration(unit), false))],
  ['UTC', method([], [TIME], ({ instant }) => new GoTime(instant, UTC))],
  ['Unix', since1970(1_000_000_000n)],
  ['UnixMicro', since1970(1000n)],
  ['UnixMilli', since1970(1_000_000n)],
  ['UnixNano', since1970(1n)],
  ['Weekday', ofClock([WEEKDAY], ({ weekday }) => new GoInt(WEEKDAY, BigInt(weekday)))],
  ['Year', ofClock([INT], ({ year }) => BigInt(year))],
  ['YearDay', ofClock([INT], ({ yearDay }) => BigInt(yearDay))],
  ['Zone', ofClock([STRING, INT], ({ zone }) => zone.name)],
  ['ZoneBounds', method([], [TIME, TIME], zoneStart)],
]);

type Call = (time: GoTime, args: readonly Value[]) => Value;

function method(params: readonly GoType[], results: readonly GoType[], call: Call): GoMethod {
  return { type: funcOf(params, results), call: (receiver, args) => call(asTime(receiver), args) };
}

function ofClock(results: readonly GoType[], show: (clock: Clock) => Value): GoMethod {
  return method([], results, (time) => show(clockOf(time)));
}

function since1970(unit: bigint): GoMethod {
  return method([], [INT64], ({ instant }) => new GoInt(INT64, BigInt.asIntN(64, floorDivide(instant, unit))));
}

function addDate(time: GoTime, [years, months, days]: readonly Value[]): GoTime {
  const clock = clockOf(time);
  const parts = {
    ...clock,
    year: clock.year + Number(asInteger(years)),
    month: clock.month + Number(asInteger(months)),
    day: clock.day + Number(asInteger(days)),
  };
  return timeOf(parts, time.location);
}

function inLocation({ instant }: GoTime, [argument]: readonly Value[]): GoTime {
  const location = asLocation(argument);
  if (location === null) throw new GoPanic('time: missing Location in call to Time.In');
  return new GoTime(instant, location);
}

/** Rounds or cuts the time since the zero time to whole units; half a unit is rounded up. */
function toUnit(time: GoTime, unit: bigint, isRounded: boolean): GoTime {
  if (unit <= 0n) return time;
  const elapsed = time.instant - ZERO_INSTANT;
  const rest = elapsed - floorDivide(elapsed, unit) * unit;
  return addToTime(time, isRounded && rest * 2n >= unit ? unit - rest : -rest);
}

function order(left: bigint, right: bigint): bigint {
  return left < right ? -1n : left > right ? 1n : 0n;
}

function format(time: GoTime, layout: Value | undefined): string {
  return formatTime(time, asString(layout));
}

function append(to: Value | undefined, text: string): Value {
  return bytesOf(concat(asBytes(to), text));
}

function goString(time: GoTime): string {
  const { year, month, day, hour, minute, second, nanosecond } = clockOf(time);
  const location = time.location === UTC ? 'time.UTC' : `time.Location(${quoteBytes(time.location.name)})`;
  const rest = [day, hour, minute, second, nanosecond].join(', ');
  return `time.Date(${year}, time.${MONTHS[month - 1]}, ${rest}, ${location})`;
}

function zoneStart(time: GoTime): GoTime {
  const start = transitionBefore(time);
  return start === undefined ? new GoTime(ZERO_INSTANT, UTC) : new GoTime(start, time.location);
}
