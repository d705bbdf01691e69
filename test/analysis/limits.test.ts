import { expect, test } from 'vitest';
import { effectiveCount, int32Of, integerOf, isCountReached } from '../../lib/analysis/limits.ts';
import { isFinished, isWorse, worstOf } from '../../lib/analysis/phases.ts';
import { aMetric } from '../builders.ts';

test.each([
  { value: undefined, integer: 0n, int32: 0 },
  { value: 5, integer: 5n, int32: 5 },
  { value: '007', integer: 7n, int32: 7 },
  { value: '+5', integer: 5n, int32: 5 },
  { value: '5%', integer: 0n, int32: 0 },
  { value: '4294967297', integer: 4_294_967_297n, int32: 1 },
  { value: '99999999999999999999', integer: 2n ** 63n - 1n, int32: -1 },
  { value: '99999999999999999999 and more', integer: 2n ** 63n - 1n, int32: -1 },
  { value: '18446744073709551615 and more', integer: 0n, int32: 0 },
  { value: '-99999999999999999999', integer: -(2n ** 63n), int32: 0 },
])('$value counts as $integer, and as $int32 in 32 bits', ({ value, integer, int32 }) => {
  expect(integerOf(value)).toBe(integer);
  expect(int32Of(value)).toBe(int32);
});

test.each([
  { name: 'neither count nor interval: once', metric: {}, want: 1 },
  { name: 'an interval alone: for ever', metric: { interval: '10s' }, want: undefined },
  { name: 'a count of 0 is none', metric: { count: 0 }, want: 1 },
  { name: 'as is a text', metric: { count: 'x', interval: '10s' }, want: undefined },
  { name: 'a count', metric: { count: '3', interval: '10s' }, want: '3' },
  { name: 'an empty interval is none', metric: { interval: '' }, want: 1 },
])('$name', ({ metric, want }) => {
  expect(effectiveCount(aMetric(metric))).toBe(want);
});

test('a negative count is reached by the first measurement', () => {
  expect(isCountReached(aMetric({ count: -2, interval: '1s' }), 0)).toBe(true);
  expect(isCountReached(aMetric({ count: 2, interval: '1s' }))).toBe(false);
});

test('failed is worse than error, and an unknown phase as good as successful', () => {
  expect(worstOf('Error', 'Failed')).toBe('Failed');
  expect(worstOf('Failed', 'Error')).toBe('Failed');
  expect(isWorse('', 'Successful')).toBe(false);
  expect(isFinished(undefined)).toBe(false);
});
