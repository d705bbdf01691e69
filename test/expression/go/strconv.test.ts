import { describe, expect, test } from 'vitest';
import { atoi, formatFloat, parseFloat, parseInt, quote, quoteBytes } from '../../../lib/expression/go/strconv.ts';
import { GoPanic } from '../../../lib/expression/value.ts';

describe('parseFloat', () => {
  test.each([
    { text: '0.95', want: 0.95 },
    { text: '+1.', want: 1 },
    { text: '.5e1', want: 5 },
    { text: '-0', want: -0 },
    { text: '1_000.000_1', want: 1000.0001 },
    { text: '1e1_0', want: 1e10 },
    { text: '0x_1p4', want: 16 },
    { text: '0x1.8p1', want: 3 },
    { text: '-0X.8P1', want: -1 },
    { text: '0x0p99999', want: 0 },
    { text: '1e-400', want: 0 },
    { text: 'inf', want: Infinity },
    { text: '-INFINITY', want: -Infinity },
    { text: 'NaN', want: NaN },
  ])('$text', ({ text, want }) => {
    expect(parseFloat(text)).toBe(want);
  });

  test.each([
    { name: 'the smallest', text: '0x1p-1074', want: 5e-324 },
    { name: 'half the smallest, to even', text: '0x1p-1075', want: 0 },
    { name: 'more than half the smallest', text: '0x1.8p-1075', want: 5e-324 },
    { name: 'below all', text: '0x1p-2000', want: 0 },
    { name: 'the largest', text: '0x1.fffffffffffff7p1023', want: Number.MAX_VALUE },
    { name: 'half a unit, to even', text: '0x1.00000000000008p0', want: 1 },
    { name: 'a bit more than half', text: '0x1.0000000000000801p0', want: 1 + Number.EPSILON },
  ])('a hexadecimal is rounded once: $name', ({ text, want }) => {
    expect(parseFloat(text)).toBe(want);
  });

  test.each(['', '.', '1e', '0x1', '0x.p1', '1__0', '_1', '1_', '1_.5', '1e_1', '+nan', 'infin', ' 1', '1,5', '0b1'])(
    'refuses %j',
    (text) => {
      expect(() => parseFloat(text)).toThrow(new GoPanic(`strconv.ParseFloat: parsing "${text}": invalid syntax`));
    },
  );

  test.each(['1e400', '-1e400', '0x1p1024', '0x1.fffffffffffff8p1023'])('%s is out of range', (text) => {
    expect(() => parseFloat(text)).toThrow(`strconv.ParseFloat: parsing "${text}": value out of range`);
  });
});

test.each([
  { text: '-9223372036854775808', want: -9_223_372_036_854_775_808n },
  { text: '+9', want: 9n },
  { text: `${'0'.repeat(40)}12`, want: 12n },
])('the integer $text', ({ text, want }) => {
  expect([atoi(text), parseInt(text)]).toEqual([want, want]);
});

test.each([
  { text: '1.5', problem: 'invalid syntax' },
  { text: '', problem: 'invalid syntax' },
  { text: '1_0', problem: 'invalid syntax' },
  { text: '9223372036854775808', problem: 'value out of range' },
  { text: '99999999999999999999.5', problem: 'value out of range' },
])('no integer: $text', ({ text, problem }) => {
  expect(() => atoi(text)).toThrow(`strconv.Atoi: parsing "${text}": ${problem}`);
  expect(() => parseInt(text)).toThrow(`strconv.ParseInt: parsing "${text}": ${problem}`);
});

test.each([
  [1, '1'],
  [0.1 + 0.2, '0.30000000000000004'],
  [999_999.9, '999999.9'],
  [1_000_000, '1e+06'],
  [1_234_567, '1.234567e+06'],
  [0.0001, '0.0001'],
  [0.000_01, '1e-05'],
  [5e-324, '5e-324'],
  [-1e100, '-1e+100'],
  [0, '0'],
  [-0, '-0'],
  [NaN, 'NaN'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
])('%f prints as %s', (value, want) => {
  expect(formatFloat(value)).toBe(want);
});

test.each([
  ['a"b\\', String.raw`"a\"b\\"`],
  ['\u0007\b\f\n\r\t\v', String.raw`"\a\b\f\n\r\t\v"`],
  ['\u0000\u007f', String.raw`"\x00\x7f"`],
  ['é\u00a0😀\u{10ffff}', String.raw`"é\u00a0😀\U0010ffff"`],
  ['\u{1fae8}\u{1fae9}', `"\u{1fae8}\\U0001fae9"`],
  ['\udcc3', String.raw`"\xc3"`],
])('quotes %j', (text, want) => {
  expect(quote(text)).toBe(want);
});

test('the quotes of package time escape all bytes beyond ASCII', () => {
  expect(quoteBytes('µ"\\\n\u007f')).toBe('"\\xc2\\xb5\\"\\\\\\x0a\u007f"');
});
