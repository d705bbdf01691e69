import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatFixed } from '../../lib/providers/fixed.ts';

test.each([
  [0.125, 2, '0.12'],
  [0.375, 2, '0.38'],
  [2.5, 0, '2'],
  [1e22, 2, '10000000000000000000000.00'],
  [-0.001, 2, '-0.00'],
  [-0, 1, '-0.0'],
  [5e-324, 3, '0.000'],
  [NaN, 2, 'NaN'],
  [-Infinity, 6, '-Inf'],
])('%d with %d digits is %s', (value, digits, want) => {
  expect(formatFixed(value, digits)).toBe(want);
});

test('it is toFixed, but for halves and where that has an exponent', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e20, max: 1e20, noNaN: true }), fc.integer({ min: 0, max: 6 }), (value, digits) => {
      const isHalf = Number.isInteger(value * 10 ** digits * 2) && !Number.isInteger(value * 10 ** digits);
      fc.pre(!isHalf && !Object.is(value, -0));
      const want = value.toFixed(digits);
      expect(formatFixed(value, digits)).toBe(want.startsWith('-') || value >= 0 ? want : `-${want}`);
    }),
  );
});
