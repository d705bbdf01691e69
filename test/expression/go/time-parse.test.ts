import { describe, expect, test } from 'vitest';
import { parseDate, parseTime } from '../../../lib/expression/go/time-parse.ts';
import { formatTime } from '../../../lib/expression/go/time.ts';
import type { GoTime } from '../../../lib/expression/go/time.ts';
import { loadLocation } from '../../../lib/expression/go/zone.ts';

function shown(time: GoTime): string {
  return `${formatTime(time, '2006-01-02T15:04:05.999999999 -0700 MST')} ${time.location.name}`.trim();
}

test.each([
  ['2023-08-14', '2023-08-14T00:00:00 +0000 UTC UTC'],
  ['15:04:05', '0000-01-01T15:04:05 +0000 UTC UTC'],
  ['2023-08-14 10:11:12.5', '2023-08-14T10:11:12.5 +0000 UTC UTC'],
  ['2023-08-14T10:11:12,1234567899Z', '2023-08-14T10:11:12.123456789 +0000 UTC UTC'],
  ['2023-08-14T10:11:12+02:00', '2023-08-14T10:11:12 +0200 +0200'],
  ['2023-08-14T10:11:12+00:00', '2023-08-14T10:11:12 +0000 UTC UTC'],
  ['14 Aug 23 10:11 CEST', '2023-08-14T10:11:00 +0000 CEST CEST'],
  ['14 aug 69 10:11 UTC', '1969-08-14T10:11:00 +0000 UTC UTC'],
  ['Monday, 14-Aug-23 10:11:12 WITA', '2023-08-14T10:11:12 +0000 WITA WITA'],
  ['Mon, 14 Aug 2023 10:11:12 GMT+3', '2023-08-14T13:11:12 +0300 GMT+3 GMT+3'],
])('the date %s', (text, want) => {
  expect(shown(parseDate(text))).toBe(want);
});

test.each(['', '2023-8-1', '2023-02-29', '2023-08-14x', ' 2023-08-14', 'Mon, 14 Aug 2023 10:11:12 +2'])(
  'no date: %j',
  (text) => {
    expect(() => parseDate(text)).toThrow(`invalid date ${text}`);
  },
);

describe('a location given', () => {
  const berlin = loadLocation('Europe/Berlin');

  test.each([
    { name: 'without a zone its clocks show the time', text: '2023-08-14 10:11:12', want: '+0200 CEST Europe/Berlin' },
    { name: 'an offset it has', text: '2023-08-14T10:11:12+02:00', want: '+0200 CEST Europe/Berlin' },
    { name: 'an offset it does not have then', text: '2023-08-14T10:11:12+01:00', want: '+0100 +0100' },
    { name: 'its abbreviation', text: 'Mon, 14 Aug 2023 10:11:12 CEST', want: '+0200 CEST Europe/Berlin' },
    { name: 'UTC', text: '2023-08-14T10:11:12Z', want: '+0000 UTC UTC' },
  ])('$name', ({ text, want }) => {
    expect(shown(parseDate(text, berlin))).toBe(`2023-08-14T10:11:12 ${want}`);
  });

  test('its abbreviation at the wrong time of the year shifts the clock', () => {
    expect(shown(parseDate('Mon, 14 Aug 2023 10:11:12 CET', berlin))).toBe(
      '2023-08-14T11:11:12 +0200 CEST Europe/Berlin',
    );
  });

  test('an hour that is skipped is taken with the offset before', () => {
    expect(shown(parseDate('2023-03-26 02:30:00', berlin))).toBe('2023-03-26T03:30:00 +0200 CEST Europe/Berlin');
  });
});

test.each([
  ['January _2 2006', 'august  4 2023', '2023-08-04T00:00:00 +0000 UTC UTC'],
  ['Mon Jan 2 3:4:5pm 2006', 'tue Aug 4 1:2:3am 2023', '2023-08-04T01:02:03 +0000 UTC UTC'],
  ['Monday 03PM', 'Sunday 12AM', '0000-01-01T00:00:00 +0000 UTC UTC'],
  ['03PM', '12PM', '0000-01-01T12:00:00 +0000 UTC UTC'],
  ['03PM', '11PM', '0000-01-01T23:00:00 +0000 UTC UTC'],
  ['2006-002', '2024-060', '2024-02-29T00:00:00 +0000 UTC UTC'],
  ['2006-__2', '2023- 60', '2023-03-01T00:00:00 +0000 UTC UTC'],
  ['002 01 02 2006', '060 03 01 2023', '2023-03-01T00:00:00 +0000 UTC UTC'],
  ['06', '-5', '1995-01-01T00:00:00 +0000 UTC UTC'],
  ['05.00', '07.25', '0000-01-01T00:00:07.25 +0000 UTC UTC'],
  ['05.99', '07', '0000-01-01T00:00:07 +0000 UTC UTC'],
  ['5 .000', '7 .125', '0000-01-01T00:00:07.125 +0000 UTC UTC'],
  ['2006  x', '2023 x', '2023-01-01T00:00:00 +0000 UTC UTC'],
  ['2006 ', '2023', '2023-01-01T00:00:00 +0000 UTC UTC'],
  ['2006 -070000', '2023 -010203', '2023-01-01T00:00:00 -0102 -0102'],
  ['2006 -07:00:00', '2023 +01:02:03', '2023-01-01T00:00:00 +0102 +0102'],
  ['2006 Z07', '2023 +05', '2023-01-01T00:00:00 +0500 +0500'],
  ['2006 Z0700', '2023 Z', '2023-01-01T00:00:00 +0000 UTC UTC'],
  ['2006 MST -0700', '2023 EST -0500', '2023-01-01T00:00:00 -0500 EST EST'],
  ['2006 MST', '2023 ChST', '2023-01-01T00:00:00 +0000 ChST ChST'],
  ['2006 MST', '2023 +05', '2023-01-01T00:00:00 +0000 +05 +05'],
  ['2006 MST', '2023 NZDT', '2023-01-01T00:00:00 +0000 NZDT NZDT'],
])('the layout %j reads %j', (layout, text, want) => {
  expect(shown(parseTime(layout, text))).toBe(want);
});

test.each([
  { layout: '2006-01-02', text: '2023-13-01', problem: ': month out of range' },
  { layout: '2006-01-02', text: '2023-02-30', problem: ': day out of range' },
  { layout: '2006-01-02', text: '2023-01-00', problem: ': day out of range' },
  { layout: '15', text: '24', problem: ': hour out of range' },
  { layout: '3', text: '13', problem: ': hour out of range' },
  { layout: '4', text: '60', problem: ': minute out of range' },
  { layout: '05', text: '60', problem: ': second out of range' },
  { layout: '-07:00', text: '+25:00', problem: ': time zone offset hour out of range' },
  { layout: '-07:00', text: '+01:61', problem: ': time zone offset minute out of range' },
  { layout: '-070000', text: '+010161', problem: ': time zone offset second out of range' },
  { layout: '2006 002', text: '2023 366', problem: ': day-of-year out of range' },
  { layout: '2006 002', text: '2023 000', problem: ': day-of-year out of range' },
  { layout: '01 002', text: '01 032', problem: ': day-of-year does not match month' },
  { layout: '02 002', text: '02 032', problem: ': day-of-year does not match day' },
  { layout: '2006', text: '2023é', problem: String.raw`: extra text: "\xc3\xa9"` },
  { layout: '2006-01', text: '2023/01', problem: ' as "2006-01": cannot parse "/01" as "-"' },
  { layout: '2006 01', text: '2023x01', problem: ' as "2006 01": cannot parse "x01" as " "' },
  { layout: '2006', text: '223', problem: ' as "2006": cannot parse "223" as "2006"' },
  { layout: '06', text: 'x1', problem: ' as "06": cannot parse "x1" as "06"' },
  { layout: 'Jan', text: 'Foo', problem: ' as "Jan": cannot parse "Foo" as "Jan"' },
  { layout: 'PM', text: 'pm', problem: ' as "PM": cannot parse "pm" as "PM"' },
  { layout: 'MST', text: 'ab', problem: ' as "MST": cannot parse "ab" as "MST"' },
  { layout: 'MST', text: 'ABCDE', problem: ' as "MST": cannot parse "ABCDE" as "MST"' },
  { layout: '-0700', text: ' 0100', problem: ' as "-0700": cannot parse " 0100" as "-0700"' },
  { layout: '-0700', text: '+1', problem: ' as "-0700": cannot parse "+1" as "-0700"' },
  { layout: '.000', text: '.12', problem: ' as ".000": cannot parse ".12" as ".000"' },
])('the layout $layout refuses $text', ({ layout, text, problem }) => {
  const quoted = text.endsWith('é') ? String.raw`2023\xc3\xa9` : text;
  expect(() => parseTime(layout, text)).toThrow(`parsing time "${quoted}"${problem}`);
});

test('texts and layouts that nobody writes are refused', () => {
  expect(() => parseDate(`10:11:12.${'0'.repeat(1000)}`)).toThrow('invalid date 10:11:12.000');
  expect(() => parseTime('2'.repeat(10_001), '2')).toThrow('memory budget exceeded');
});
