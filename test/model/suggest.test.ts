import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { didYouMean, editDistance, suggest } from '../../lib/model/suggest.ts';

const FIELDS = ['name', 'interval', 'count', 'successCondition', 'failureCondition', 'failureLimit'];

describe('suggest', () => {
  test.each([
    { name: 'a letter missing', word: 'sucessCondition', want: 'successCondition' },
    { name: 'a letter too many', word: 'intervall', want: 'interval' },
    { name: 'a letter wrong', word: 'coumt', want: 'count' },
    { name: 'two letters swapped', word: 'nmae', want: 'name' },
    { name: 'letter case alone', word: 'failurelimit', want: 'failureLimit' },
    { name: 'the nearest of several', word: 'failureConditions', want: 'failureCondition' },
    { name: 'another word', word: 'provider', want: undefined },
    { name: 'a short word, too different', word: 'nm', want: undefined },
    { name: 'nothing', word: '', want: undefined },
    { name: 'a word of no bound', word: 'x'.repeat(100_000), want: undefined },
  ])('$name', ({ word, want }) => {
    expect(suggest(word, FIELDS)).toBe(want);
  });

  test('the earlier of two equally near', () => {
    expect(suggest('car', ['cat', 'cap'])).toBe('cat');
  });

  test('as a text to append', () => {
    expect(didYouMean('resul', ['result'])).toBe(' (did you mean "result"?)');
    expect(didYouMean('resul', [])).toBe('');
  });
});

describe('editDistance', () => {
  const word = string({ maxLength: 12 });

  test('is 0 for equal words only, and the same in both directions', () => {
    assert(
      property(word, word, (left, right) => {
        const distance = editDistance(left, right);
        expect(distance === 0).toBe(left === right);
        expect(editDistance(right, left)).toBe(distance);
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(left.length - right.length));
      }),
    );
  });
});
