import { describe, expect, test } from 'vitest';
import { GoTime, formatTime, timeOf } from '../../../lib/expression/go/time.ts';
import { UTC, fixedZone, loadLocation } from '../../../lib/expression/go/zone.ts';
import type { GoLocation } from '../../../lib/expression/go/zone.ts';

const PARTS = { year: 2023, month: 8, day: 4, hour: 15, minute: 7, second: 5, nanosecond: 12_345_000 };

test.each([
  ['2006-01-02T15:04:05.999999999Z07:00', '2023-08-04T15:07:05.012345Z'],
  ['Monday, January _2 06', 'Friday, August  4 23'],
  ['Mon Jan 2 3:04PM 1/2', 'Fri Aug 4 3:07PM 8/4'],
  ['03:4:5pm', '03:7:5pm'],
  ['002 __2', '216 216'],
  ['.000 ,000000 .9 .99', '.012 ,012345  .01'],
  ['.0000000000000', '.012345000'],
  ['.0001', '.0008'],
  ['_2006', '_2023'],
  ['MST -0700 -07:00 -07 -070000 -07:00:00', 'UTC +0000 +00:00 +00 +000000 +00:00:00'],
  ['Z0700 Z07 Z070000 Z07:00:00', 'Z Z Z Z'],
  ['Janu Jan. Monk Mon.', 'Janu Aug. Monk Fri.'],
  ['', ''],
])('the layout %j shows %j', (layout, want) => {
  expect(formatTime(timeOf(PARTS, UTC), layout)).toBe(want);
});

describe('zones', () => {
  test.each<{ name: string; location: GoLocation; want: string }>([
    { name: 'summer in Berlin', location: loadLocation('Europe/Berlin'), want: 'CEST +02:00 +0200 +02' },
    { name: 'half hours', location: loadLocation('America/St_Johns'), want: 'NDT -02:30 -0230 -02' },
    { name: 'without a name', location: fixedZone('', -3661), want: '-0101 -01:01 -0101 -01' },
    { name: 'seconds', location: fixedZone('X', 3661), want: 'X +01:01 +0101 +01' },
  ])('$name', ({ location, want }) => {
    expect(formatTime(timeOf(PARTS, location), 'MST Z07:00 -0700 -07')).toBe(want);
  });

  test('seconds of an offset', () => {
    expect(formatTime(timeOf(PARTS, fixedZone('X', -3661)), '-070000 Z07:00:00')).toBe('-010101 -01:01:01');
  });
});

test.each([
  { name: 'midnight', hour: 0, want: '12AM 12am 0' },
  { name: 'noon', hour: 12, want: '12PM 12pm 12' },
])('$name', ({ hour, want }) => {
  const shown = formatTime(timeOf({ ...PARTS, hour }, UTC), '3PM 03pm 15').replace(' 00', ' 0');
  expect(shown).toBe(want);
});

test.each([
  { year: -5, want: '-0005 00' },
  { year: 12_345, want: '12345 45' },
])('the year $year', ({ year, want }) => {
  expect(formatTime(timeOf({ ...PARTS, year }, UTC), '2006 06')).toBe(want);
});

test('a time prints with its fraction and zone', () => {
  expect(String(new GoTime(-1n, UTC))).toBe('1969-12-31 23:59:59.999999999 +0000 UTC');
});
