import { expect, test } from 'vitest';
import { transitionBefore } from '../../../lib/expression/go/transitions.ts';
import { GoTime } from '../../../lib/expression/go/time.ts';
import { UTC, loadLocation } from '../../../lib/expression/go/zone.ts';

function secondsAt(text: string): number {
  return Date.parse(text) / 1000;
}

test.each([
  { zone: 'Europe/Berlin', at: '2023-07-01T00:00Z', want: { offset: 7200, name: 'CEST', isDst: true } },
  { zone: 'Europe/Berlin', at: '2023-12-01T00:00Z', want: { offset: 3600, name: 'CET', isDst: false } },
  { zone: 'Europe/Dublin', at: '2023-12-01T00:00Z', want: { offset: 0, name: 'GMT', isDst: true } },
  { zone: 'Asia/Kolkata', at: '2023-07-01T00:00Z', want: { offset: 19_800, name: 'IST', isDst: false } },
  { zone: 'Asia/Kathmandu', at: '2023-07-01T00:00Z', want: { offset: 20_700, name: '+0545', isDst: false } },
  { zone: 'America/Sao_Paulo', at: '2023-07-01T00:00Z', want: { offset: -10_800, name: '-03', isDst: false } },
  { zone: 'America/Sao_Paulo', at: '2018-12-01T00:00Z', want: { offset: -7200, name: '-02', isDst: true } },
  { zone: 'Pacific/Marquesas', at: '2023-07-01T00:00Z', want: { offset: -34_200, name: '-0930', isDst: false } },
  { zone: 'Europe/Berlin', at: '1850-01-01T00:00Z', want: { offset: 3208, name: 'LMT', isDst: false } },
  { zone: 'Europe/London', at: '2023-12-01T00:00Z', want: { offset: 0, name: 'GMT', isDst: false } },
  { zone: 'Europe/Moscow', at: '2003-07-01T00:00Z', want: { offset: 14_400, name: 'MSD', isDst: true } },
  { zone: 'Europe/Moscow', at: '2013-07-01T00:00Z', want: { offset: 14_400, name: 'MSK', isDst: false } },
  { zone: 'Factory', at: '2023-12-01T00:00Z', want: { offset: 0, name: '-00', isDst: false } },
])('$zone at $at', ({ zone, at, want }) => {
  expect(loadLocation(zone).at(secondsAt(at))).toEqual(want);
});

test('times that dates cannot reach have the offset of the last that they can', () => {
  const berlin = loadLocation('Europe/Berlin');
  expect([berlin.at(1e15).offset, berlin.at(-1e15).offset]).toEqual([7200, 3208]);
});

test.each(['', 'UTC', 'Local'])('%j is UTC', (name) => {
  expect(loadLocation(name)).toBe(UTC);
});

test('a location is loaded once', () => {
  expect(loadLocation('Asia/Tokyo')).toBe(loadLocation('Asia/Tokyo'));
  expect(String(loadLocation('Asia/Tokyo'))).toBe('Asia/Tokyo');
});

test.each([
  { name: 'europe/berlin', problem: 'unknown time zone europe/berlin' },
  { name: 'PST', problem: 'unknown time zone PST' },
  { name: '+01:00', problem: 'unknown time zone +01:00' },
  { name: '__proto__', problem: 'unknown time zone __proto__' },
  { name: '../x', problem: 'time: invalid location name' },
  { name: '/x', problem: 'time: invalid location name' },
])('no location: $name', ({ name, problem }) => {
  expect(() => loadLocation(name)).toThrow(problem);
});

test.each([
  { zone: 'Europe/Berlin', name: 'CEST', at: '2023-07-01T00:00Z', want: 7200 },
  { zone: 'Europe/Berlin', name: 'CET', at: '2023-07-01T00:00Z', want: 3600 },
  { zone: 'Europe/Berlin', name: 'EST', at: '2023-07-01T00:00Z', want: undefined },
])('$name in $zone', ({ zone, name, at, want }) => {
  expect(loadLocation(zone).offsetNamed(name, secondsAt(at))).toBe(want);
});

test.each([
  { zone: 'Europe/Berlin', at: '2023-07-01T00:00Z', want: '2023-03-26T01:00Z' },
  { zone: 'Europe/Berlin', at: '2023-03-26T01:00Z', want: '2023-03-26T01:00Z' },
  { zone: 'America/Phoenix', at: '2023-07-01T00:00Z', want: '1967-10-29T08:00Z' },
])('the last transition of $zone before $at', ({ zone, at, want }) => {
  const time = new GoTime(BigInt(secondsAt(at)) * 1_000_000_000n, loadLocation(zone));
  expect(transitionBefore(time)).toBe(BigInt(secondsAt(want)) * 1_000_000_000n);
});

test('UTC never changes', () => {
  expect(transitionBefore(new GoTime(0n, UTC))).toBeUndefined();
});
