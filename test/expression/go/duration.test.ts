import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../../lib/expression/go/duration.ts';

test.each([
  ['1h30m', 5_400_000_000_000n, '1h30m0s'],
  ['-1.5h', -5_400_000_000_000n, '-1h30m0s'],
  ['+90s', 90_000_000_000n, '1m30s'],
  ['1ms', 1_000_000n, '1ms'],
  ['1500us', 1_500_000n, '1.5ms'],
  ['1µs', 1000n, '1µs'],
  ['1.5μs', 1500n, '1.5µs'],
  ['7ns', 7n, '7ns'],
  ['.5s', 500_000_000n, '500ms'],
  ['1.s', 1_000_000_000n, '1s'],
  ['1m0.5s', 60_500_000_000n, '1m0.5s'],
  ['0', 0n, '0s'],
  ['-0', 0n, '0s'],
  ['0.1ns', 0n, '0s'],
  ['1.9999999999h', 7_199_999_999_640n, '1h59m59.99999964s'],
  ['0.99999999999999999999s', 1_000_000_000n, '1s'],
  ['-9223372036854775808ns', -9_223_372_036_854_775_808n, '-2562047h47m16.854775808s'],
])('%s is %i ns, printed as %s', (text, nanoseconds, printed) => {
  const parsed = parseDuration(text);
  expect([parsed, formatDuration(parsed)]).toEqual([nanoseconds, printed]);
});

test.each([
  { text: '', problem: 'invalid duration ""' },
  { text: '-', problem: 'invalid duration "-"' },
  { text: '.s', problem: 'invalid duration ".s"' },
  { text: 'h', problem: 'invalid duration "h"' },
  { text: '9223372036854775808ns', problem: 'invalid duration "9223372036854775808ns"' },
  { text: '9223372036854775809x', problem: 'invalid duration "9223372036854775809x"' },
  { text: '99999999999999999999s', problem: 'invalid duration "99999999999999999999s"' },
  { text: '3000000h', problem: 'invalid duration "3000000h"' },
  { text: '2562047h48m', problem: 'invalid duration "2562047h48m"' },
  { text: '15', problem: 'missing unit in duration "15"' },
  { text: '1d', problem: 'unknown unit "d" in duration "1d"' },
  { text: '1h 30m', problem: 'unknown unit "h " in duration "1h 30m"' },
  { text: '1é', problem: String.raw`unknown unit "\xc3\xa9" in duration "1\xc3\xa9"` },
])('no duration: $text', ({ text, problem }) => {
  expect(() => parseDuration(text)).toThrow(`time: ${problem}`);
});

test('durations longer than 10,000 characters are refused', () => {
  expect(parseDuration('1ns'.repeat(3333))).toBe(3333n);
  expect(() => parseDuration('1ns'.repeat(3334))).toThrow('time: invalid duration "1ns1ns');
});
