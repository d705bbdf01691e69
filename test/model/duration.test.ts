import { describe, expect, test } from 'vitest';
import { durationMs, formatDuration, parseDuration } from '../../lib/model/duration.ts';

describe('parseDuration', () => {
  test.each([
    { text: '0', ns: 0n },
    { text: '-0', ns: 0n },
    { text: '+5s', ns: 5_000_000_000n },
    { text: '1h30m', ns: 5_400_000_000_000n },
    { text: '.5s', ns: 500_000_000n },
    { text: '1.s', ns: 1_000_000_000n },
    { text: '1µs1μs1us', ns: 3_000n },
    { text: '0.3333333333333333333h', ns: 1_200_000_000_000n },
    { text: '0.10000000000000000000000000000001s', ns: 100_000_000n },
    { text: '-9223372036854775808ns', ns: -(2n ** 63n) },
    { text: '9223372036854775807ns', ns: 2n ** 63n - 1n },
  ])('$text is $ns ns', ({ text, ns }) => {
    expect(parseDuration(text)).toBe(ns);
  });

  test.each([
    { text: '', want: 'time: invalid duration ""' },
    { text: '-', want: 'time: invalid duration "-"' },
    { text: '.s', want: 'time: invalid duration ".s"' },
    { text: '10', want: 'time: missing unit in duration "10"' },
    { text: '1d', want: 'time: unknown unit "d" in duration "1d"' },
    { text: '9223372036854775808ns', want: 'time: invalid duration "9223372036854775808ns"' },
    { text: '99999999999999999999s', want: 'time: invalid duration "99999999999999999999s"' },
    { text: '3000000h', want: 'time: invalid duration "3000000h"' },
    { text: '2562047h2562047h', want: 'time: invalid duration "2562047h2562047h"' },
    { text: '1"\\\n', want: String.raw`time: unknown unit "\"\\\x0a" in duration "1\"\\\x0a"` },
    { text: '1é', want: String.raw`time: unknown unit "\xc3\xa9" in duration "1\xc3\xa9"` },
  ])('$text is refused', ({ text, want }) => {
    expect(() => parseDuration(text)).toThrow(want);
  });
});

test.each([
  { ns: 0n, text: '0s' },
  { ns: 999n, text: '999ns' },
  { ns: 1_500n, text: '1.5µs' },
  { ns: 2_000_000n, text: '2ms' },
  { ns: 59_000_000_000n, text: '59s' },
  { ns: 60_000_000_000n, text: '1m0s' },
  { ns: -5_400_500_000_000n, text: '-1h30m0.5s' },
])('$ns ns is written $text', ({ ns, text }) => {
  expect(formatDuration(ns)).toBe(text);
});

test.each([
  { text: '1.5ms', ms: 1.5 },
  { text: '250ms', ms: 250 },
  { text: '30s', ms: 30_000 },
  { text: '5m', ms: 300_000 },
  { text: '2h', ms: 7_200_000 },
  { text: '1h30m', ms: 5_400_000 },
  { text: '-1us', ms: -0.001 },
])('$text is $ms ms', ({ text, ms }) => {
  expect(durationMs(text)).toBe(ms);
});
