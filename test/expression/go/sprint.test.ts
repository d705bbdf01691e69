import { expect, test } from 'vitest';
import {
  ANY_MAP,
  ANY_SLICE,
  INT,
  INT64,
  MONTH,
  STRING,
  WEEKDAY,
  define,
  funcOf,
  pointerTo,
} from '../../../lib/expression/go-type.ts';
import { bytesOf } from '../../../lib/expression/go/bytes.ts';
import { sprint } from '../../../lib/expression/go/sprint.ts';
import { GoDuration, GoTime } from '../../../lib/expression/go/time.ts';
import { UTC } from '../../../lib/expression/go/zone.ts';
import { GoFunc, GoInt, GoMap, GoNamedString, GoPointer, GoSlice, GoStruct } from '../../../lib/expression/value.ts';
import type { Value } from '../../../lib/expression/value.ts';

const EMPTY = define('struct', 'test', 'empty', { fields: [] });
const SERIES = define('struct', 'test', 'Series', {
  fields: [
    { name: 'Id', type: pointerTo(STRING), exported: true },
    { name: 'Values', type: ANY_SLICE, exported: true },
    { name: 'hidden', type: EMPTY, exported: false },
  ],
});
const NOON = new GoTime(43_200_000_000_000n, UTC);
const aSeries = new GoStruct(
  SERIES,
  new Map<string, Value>([
    ['Id', null],
    ['Values', [1.5, 'x']],
  ]),
);

function aMap(...keys: Value[]): GoMap {
  return new GoMap(ANY_MAP, new Map(keys.map((key, at) => [at, [key, null]])));
}

test.each<{ name: string; value: Value; want: string }>([
  { name: 'text', value: 'a b', want: 'a b' },
  { name: 'nil', value: null, want: '<nil>' },
  { name: 'a list', value: [1n, 2.5, 'a', null, true, [[]]], want: '[1 2.5 a <nil> true [[]]]' },
  { name: 'a nil list', value: new GoSlice(ANY_SLICE, null), want: '[]' },
  { name: 'bytes', value: [bytesOf('ab')], want: '[[97 98]]' },
  {
    name: 'a map, keys in byte order',
    value: { b: 1n, a: { '😀': 1n, '\uffff': 2n } },
    want: 'map[a:map[\uffff:2 😀:1] b:1]',
  },
  {
    name: 'what prints itself',
    value: [NOON, UTC, new GoDuration(1_500_000_000n)],
    want: '[1970-01-01 12:00:00 +0000 UTC UTC 1.5s]',
  },
  {
    name: 'months and weekdays',
    value: [new GoInt(MONTH, 8n), new GoInt(WEEKDAY, 0n), new GoInt(INT64, 3n)],
    want: '[August Sunday 3]',
  },
  {
    name: 'no months and weekdays',
    value: [new GoInt(MONTH, 13n), new GoInt(WEEKDAY, -1n)],
    want: '[%!Month(13) %!Weekday(18446744073709551615)]',
  },
  { name: 'a struct', value: aSeries, want: '{<nil> [1.5 x] {}}' },
  { name: 'a pointer to a struct', value: new GoPointer(pointerTo(SERIES), aSeries), want: '&{<nil> [1.5 x] {}}' },
  { name: 'a pointer within', value: [new GoPointer(pointerTo(SERIES), aSeries)], want: '[0xc000000000]' },
  { name: 'a pointer to text', value: new GoPointer(pointerTo(STRING), 'x'), want: '0xc000000000' },
  { name: 'a nil pointer', value: new GoPointer(pointerTo(STRING), null), want: '<nil>' },
  { name: 'text of a defined type', value: new GoNamedString(define('string', 'test', 'Code'), 'OK'), want: 'OK' },
  { name: 'a function', value: new GoFunc(funcOf([INT], [INT]), () => 0n), want: '0xc000000000' },
])('$name', ({ value, want }) => {
  expect(sprint(value)).toBe(want);
});

test.each<{ name: string; map: GoMap; want: string }>([
  {
    name: 'nil first, then type by type',
    map: aMap(UTC, true, 1.5, 2n, 'a', null, false),
    want: '<nil> a 2 1.5 false true UTC',
  },
  { name: 'floats by size, NaN first', map: aMap(2, NaN, -1, NaN), want: 'NaN NaN -1 2' },
  {
    name: 'named integers',
    map: aMap(new GoInt(MONTH, 3n), new GoInt(MONTH, 1n), new GoInt(INT64, 3n)),
    want: '3 January March',
  },
  {
    name: 'times',
    map: aMap(NOON, new GoTime(0n, UTC)),
    want: '1970-01-01 00:00:00 +0000 UTC 1970-01-01 12:00:00 +0000 UTC',
  },
])('map keys: $name', ({ map, want }) => {
  expect(sprint(map).replaceAll(':<nil>', '')).toBe(`map[${want}]`);
});
