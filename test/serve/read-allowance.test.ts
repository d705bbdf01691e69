import { expect, test } from 'vitest';
import { readAllowance } from '../../lib/serve/read-allowance.ts';

test('200 reads go at once, then 50 a second', () => {
  let ms = 1_000_000;
  const allowance = readAllowance(() => new Date(ms));
  expect(allowance.waitMs(200)).toBe(0);
  expect(allowance.take(200)).toBe(true);
  expect([allowance.take(1), allowance.waitMs(1), allowance.waitMs(50)]).toEqual([false, 20, 1000]);
  ms += 1000;
  expect([allowance.take(51), allowance.take(50), allowance.take(1)]).toEqual([false, true, false]);
  ms += 3_600_000;
  expect([allowance.take(201), allowance.take(200)]).toEqual([false, true]);
});

test('a clock that is set back gives nothing, and takes nothing away', () => {
  let ms = 1_000_000;
  const allowance = readAllowance(() => new Date(ms));
  allowance.take(200);
  ms -= 600_000;
  expect(allowance.take(1)).toBe(false);
  ms += 1000;
  expect([allowance.take(50), allowance.take(1)]).toEqual([true, false]);
});
