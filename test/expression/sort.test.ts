import { expect, test } from 'vitest';
import { sort } from '../../lib/expression/sort.ts';

/** Sorts the keys by a comparison of keys, and counts the comparisons. */
function sorted(keys: readonly number[], isLess: (left: number, right: number) => boolean) {
  const list = [...keys];
  let comparisons = 0;
  sort({
    length: list.length,
    isLess(left, right) {
      comparisons++;
      return isLess(list[left] ?? 0, list[right] ?? 0);
    },
    swap(left, right) {
      [list[left], list[right]] = [list[right] ?? 0, list[left] ?? 0];
    },
  });
  return { list, comparisons };
}

/**
 * An adversary that decides how its keys compare only when asked, so that every pivot is as bad as can be.
 *
 * @source https://www.cs.dartmouth.edu/~doug/mdmspe.pdf
 */
function adversary(): (left: number, right: number) => boolean {
  const fixed = new Map<number, number>();
  let candidate = -1;
  return (left, right) => {
    if (!fixed.has(left) && !fixed.has(right)) fixed.set(left === candidate ? left : right, fixed.size);
    if (!fixed.has(left)) candidate = left;
    else if (!fixed.has(right)) candidate = right;
    return (fixed.get(left) ?? Infinity) < (fixed.get(right) ?? Infinity);
  };
}

test('the worst of lists takes no more than n log n', () => {
  const size = 4000;
  const { comparisons } = sorted(
    Array.from({ length: size }, (_, index) => index),
    adversary(),
  );
  expect(comparisons).toBeLessThan(4 * size * Math.log2(size));
});

test.each([true, false])('a comparison that is always %s ends, and loses nothing', (answer) => {
  const keys = Array.from({ length: 500 }, (_, index) => index);
  const { list } = sorted(keys, () => answer);
  expect(list.toSorted((left, right) => left - right)).toStrictEqual(keys);
});

test('a sorted list takes one comparison an element, but for the choice of a pivot', () => {
  const keys = Array.from({ length: 1000 }, (_, index) => index);
  const { list, comparisons } = sorted(keys, (left, right) => left < right);
  expect(list).toStrictEqual(keys);
  expect(comparisons).toBeLessThan(1020);
});
