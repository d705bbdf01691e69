import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Finder, findLast } from '../../../lib/expression/go/find.ts';

/** Texts in which parts nearly occur again and again. */
const text = fc
  .array(fc.constantFrom('a', 'ab', 'aab', 'a'.repeat(60)), { maxLength: 60 })
  .map((parts) => parts.join(''));

test('what is found is what JavaScript finds, first and last', () => {
  fc.assert(
    fc.property(text, text, fc.nat(500), (whole, part, from) => {
      expect(new Finder(part).find(whole, from)).toBe(whole.indexOf(part, from));
      expect(findLast(whole, part)).toBe(whole.lastIndexOf(part));
    }),
    { numRuns: 2000 },
  );
});

describe('a part that lies in its text', () => {
  test.each([9, 201, 1000])('of %i characters', (length) => {
    const part = `${'a'.repeat(length - 1)}b`;
    const whole = `${'a'.repeat(50)}${part}${part}${'a'.repeat(50)}`;
    expect(new Finder(part).find(whole, 0)).toBe(50);
    expect(new Finder(part).find(whole, 51)).toBe(50 + length);
    expect(findLast(whole, part)).toBe(50 + length);
  });
});
