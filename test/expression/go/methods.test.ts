import { describe, expect, test } from 'vitest';
import { DURATION, INT64, LOCATION_POINTER, MONTH, STRING, TIME, WEEKDAY } from '../../../lib/expression/go-type.ts';
import type { GoType } from '../../../lib/expression/go-type.ts';
import { bytesOf, textOf } from '../../../lib/expression/go/bytes.ts';
import { hasMethods, methodOf } from '../../../lib/expression/go/methods.ts';
import { sprint } from '../../../lib/expression/go/sprint.ts';
import { parseDate } from '../../../lib/expression/go/time-parse.ts';
import { GoDuration, GoTime, addToTime, timeBetween } from '../../../lib/expression/go/time.ts';
import { toBinary } from '../../../lib/expression/go/utf8.ts';
import { UTC, fixedZone, loadLocation } from '../../../lib/expression/go/zone.ts';
import { GoInt, GoSlice, goTypeOf } from '../../../lib/expression/value.ts';
import type { Value } from '../../../lib/expression/value.ts';

const TIME_OF_DAY = parseDate('2023-08-14T10:11:12.5Z');
const HOUR = new GoDuration(3_600_000_000_000n);
const BERLIN = loadLocation('Europe/Berlin');

function call(receiver: Value, name: string, ...args: Value[]): Value {
  const type = goTypeOf(receiver) ?? STRING;
  const method = methodOf(type, name);
  if (method === undefined) throw new Error(`no method ${name}`);
  return method.call(receiver, args);
}

describe('time.Time', () => {
  test.each<{ name: string; args?: Value[]; want: string }>([
    { name: 'Add', args: [HOUR], want: '2023-08-14 11:11:12.5 +0000 UTC' },
    { name: 'AddDate', args: [1n, -20n, 400n], want: '2024-01-18 10:11:12.5 +0000 UTC' },
    { name: 'After', args: [new GoTime(0n, UTC)], want: 'true' },
    { name: 'AppendFormat', args: [bytesOf('>'), '2006'], want: '[62 50 48 50 51]' },
    { name: 'Before', args: [new GoTime(0n, UTC)], want: 'false' },
    { name: 'Clock', want: '10' },
    { name: 'Compare', args: [new GoTime(0n, UTC)], want: '1' },
    { name: 'Compare', args: [TIME_OF_DAY], want: '0' },
    { name: 'Compare', args: [addToTime(TIME_OF_DAY, 1n)], want: '-1' },
    { name: 'Date', want: '2023' },
    { name: 'Day', want: '14' },
    { name: 'Equal', args: [parseDate('2023-08-14T12:11:12.5+02:00')], want: 'true' },
    { name: 'Format', args: ['Jan 2'], want: 'Aug 14' },
    { name: 'GoString', want: 'time.Date(2023, time.August, 14, 10, 11, 12, 500000000, time.UTC)' },
    { name: 'Hour', want: '10' },
    { name: 'ISOWeek', want: '2023' },
    { name: 'In', args: [BERLIN], want: '2023-08-14 12:11:12.5 +0200 CEST' },
    { name: 'IsDST', want: 'false' },
    { name: 'IsZero', want: 'false' },
    { name: 'Local', want: '2023-08-14 10:11:12.5 +0000 UTC' },
    { name: 'Location', want: 'UTC' },
    { name: 'Minute', want: '11' },
    { name: 'Month', want: 'August' },
    { name: 'Nanosecond', want: '500000000' },
    { name: 'Round', args: [HOUR], want: '2023-08-14 10:00:00 +0000 UTC' },
    { name: 'Round', args: [new GoDuration(1_000_000_000n)], want: '2023-08-14 10:11:13 +0000 UTC' },
    { name: 'Round', args: [new GoDuration(0n)], want: '2023-08-14 10:11:12.5 +0000 UTC' },
    { name: 'Second', want: '12' },
    { name: 'String', want: '2023-08-14 10:11:12.5 +0000 UTC' },
    { name: 'Sub', args: [addToTime(TIME_OF_DAY, -1500n)], want: '1.5µs' },
    { name: 'Truncate', args: [new GoDuration(7_000_000_000n)], want: '2023-08-14 10:11:06 +0000 UTC' },
    { name: 'UTC', want: '2023-08-14 10:11:12.5 +0000 UTC' },
    { name: 'Unix', want: '1692007872' },
    { name: 'UnixMicro', want: '1692007872500000' },
    { name: 'UnixMilli', want: '1692007872500' },
    { name: 'UnixNano', want: '1692007872500000000' },
    { name: 'Weekday', want: 'Monday' },
    { name: 'Year', want: '2023' },
    { name: 'YearDay', want: '226' },
    { name: 'Zone', want: 'UTC' },
    { name: 'ZoneBounds', want: '0001-01-01 00:00:00 +0000 UTC' },
  ])('$name gives $want', ({ name, args = [], want }) => {
    expect(sprint(call(TIME_OF_DAY, name, ...args))).toBe(want);
  });

  test.each<{ name: string; args?: Value[]; want: string }>([
    { name: 'MarshalJSON', want: '"2023-08-14T10:11:12.5Z"' },
    { name: 'MarshalText', want: '2023-08-14T10:11:12.5Z' },
    { name: 'AppendText', args: [bytesOf('at ')], want: 'at 2023-08-14T10:11:12.5Z' },
  ])('$name gives $want', ({ name, args = [], want }) => {
    const bytes = call(TIME_OF_DAY, name, ...args);
    expect(bytes instanceof GoSlice && textOf(bytes.items ?? [])).toBe(want);
  });

  test.each([
    { name: 'UTC', time: TIME_OF_DAY, want: '\x01\0\0\0\x0e\xdc\x6b\xf4\xc0\x1d\xcd\x65\0\xff\xff' },
    {
      name: 'minutes',
      time: new GoTime(0n, fixedZone('', 5400)),
      want: '\x01\0\0\0\x0e\x77\x91\xf7\x00\0\0\0\0\0\x5a',
    },
    {
      name: 'seconds',
      time: new GoTime(0n, fixedZone('', -3601)),
      want: '\x02\0\0\0\x0e\x77\x91\xf7\x00\0\0\0\0\xff\xc4\xff',
    },
  ])('in binary: $name', ({ time, want }) => {
    const binary = ['MarshalBinary', 'GobEncode'].map((name) => call(time, name));
    expect(binary.map((bytes) => bytes instanceof GoSlice && toBinary(textOf(bytes.items ?? [])))).toEqual([
      want,
      want,
    ]);
    const appended = call(time, 'AppendBinary', new GoSlice(bytesOf('').goType, null));
    expect(appended).toEqual(binary[0]);
  });

  test.each<{ name: string; receiver: GoTime; args?: Value[]; problem: string }>([
    { name: 'In', receiver: TIME_OF_DAY, args: [null], problem: 'time: missing Location in call to Time.In' },
    {
      name: 'MarshalBinary',
      receiver: new GoTime(0n, fixedZone('', -60)),
      problem: 'Time.MarshalBinary: unexpected zone offset',
    },
    {
      name: 'MarshalText',
      receiver: new GoTime(-1n << 70n, UTC),
      problem: 'Time.MarshalText: year outside of range [0,9999]',
    },
    { name: 'Add', receiver: TIME_OF_DAY, args: [5n], problem: 'reflect: Call using int as type time.Duration' },
    {
      name: 'After',
      receiver: TIME_OF_DAY,
      args: [HOUR],
      problem: 'reflect: Call using time.Duration as type time.Time',
    },
    { name: 'AddDate', receiver: TIME_OF_DAY, args: [1.5, 0n, 0n], problem: 'reflect: Call using float64 as type int' },
    { name: 'In', receiver: TIME_OF_DAY, args: ['UTC'], problem: 'reflect: Call using string as type *time.Location' },
    { name: 'Format', receiver: TIME_OF_DAY, args: [1n], problem: 'reflect: Call using int as type string' },
    { name: 'AppendText', receiver: TIME_OF_DAY, args: ['a'], problem: 'reflect: Call using string as type []uint8' },
    { name: 'Sub', receiver: TIME_OF_DAY, problem: 'reflect: Call with too few input arguments' },
  ])('$name panics: $problem', ({ name, receiver, args = [], problem }) => {
    expect(() => call(receiver, name, ...args)).toThrow(problem);
  });

  test('a location with rules', () => {
    const time = new GoTime(TIME_OF_DAY.instant, BERLIN);
    expect(sprint(call(time, 'ZoneBounds'))).toBe('2023-03-26 03:00:00 +0200 CEST');
    expect(call(time, 'GoString')).toMatch(/, time\.Location\("Europe\/Berlin"\)\)$/);
  });

  test('the zero time', () => {
    expect(call(new GoTime(-62_135_596_800_000_000_000n, UTC), 'IsZero')).toBe(true);
  });

  test('half a unit before 1970 is rounded up too', () => {
    expect(sprint(call(new GoTime(-500_000_000n, UTC), 'Round', new GoDuration(1_000_000_000n)))).toBe(
      '1970-01-01 00:00:00 +0000 UTC',
    );
    expect(sprint(call(new GoTime(-1n, UTC), 'Unix'))).toBe('-1');
  });
});

describe('time.Duration', () => {
  const size = new GoDuration(3_723_456_789_000n);

  test.each<{ name: string; args?: Value[]; want: string }>([
    { name: 'Abs', want: '1h2m3.456789s' },
    { name: 'Hours', want: '1.0342935525' },
    { name: 'Microseconds', want: '3723456789' },
    { name: 'Milliseconds', want: '3723456' },
    { name: 'Minutes', want: '62.05761315' },
    { name: 'Nanoseconds', want: '3723456789000' },
    { name: 'Round', args: [new GoDuration(60_000_000_000n)], want: '1h2m0s' },
    { name: 'Round', args: [new GoDuration(7_000_000_000n)], want: '1h2m4s' },
    { name: 'Round', args: [new GoDuration(-1n)], want: '1h2m3.456789s' },
    { name: 'Seconds', want: '3723.456789' },
    { name: 'String', want: '1h2m3.456789s' },
    { name: 'Truncate', args: [HOUR], want: '1h0m0s' },
    { name: 'Truncate', args: [new GoDuration(0n)], want: '1h2m3.456789s' },
  ])('$name gives $want', ({ name, args = [], want }) => {
    expect(sprint(call(size, name, ...args)).replace('3.723456789e+12', '3723456789000')).toBe(want);
  });

  test('the smallest has no counterpart, and rounding stops at the ends', () => {
    const [least, most] = [new GoDuration(-(2n ** 63n)), new GoDuration(2n ** 63n - 1n)];
    expect(call(least, 'Abs')).toEqual(most);
    expect(call(least, 'Round', HOUR)).toEqual(least);
    expect(call(most, 'Round', HOUR)).toEqual(most);
    expect(call(new GoDuration(-90n), 'Round', new GoDuration(60n))).toEqual(new GoDuration(-120n));
  });
});

test('months, weekdays and locations print themselves', () => {
  const printed = [new GoInt(MONTH, 1n), new GoInt(WEEKDAY, 6n), UTC].map((value) => call(value, 'String'));
  expect(printed).toEqual(['January', 'Saturday', 'UTC']);
  expect(() => methodOf(MONTH, 'String')?.call('x', [])).toThrow('reflect: Call using string as type int');
  expect(methodOf(LOCATION_POINTER, 'String')?.call(null, [])).toBe('UTC');
});

test.each<{ type: GoType; name: string }>([
  { type: TIME, name: 'UnmarshalJSON' },
  { type: TIME, name: 'year' },
  { type: DURATION, name: 'constructor' },
  { type: INT64, name: 'String' },
])('$type.text has no method $name', ({ type, name }) => {
  expect(methodOf(type, name)).toBeUndefined();
});

test('only the types of package time have methods', () => {
  expect([hasMethods(TIME), hasMethods(STRING)]).toEqual([true, false]);
});

test('times too far apart are as far apart as a duration can say', () => {
  const [early, late] = [new GoTime(-(1n << 70n), UTC), new GoTime(1n << 70n, UTC)];
  expect([timeBetween(late, early).value, timeBetween(early, late).value]).toEqual([2n ** 63n - 1n, -(2n ** 63n)]);
});
