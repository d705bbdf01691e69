import { expect, test } from 'vitest';
import { bodyBudget } from '../../lib/web/body.ts';

const KIB = 1024;

test('large bodies get half of the budget, small ones all of it', () => {
  const budget = bodyBudget(1024 * KIB);
  expect(budget.take(512 * KIB, 0)).toBe(true);
  expect(budget.take(1, 64 * KIB)).toBe(false);
  for (let index = 0; index < 8; index += 1) expect(budget.take(64 * KIB, 0)).toBe(true);
  expect(budget.take(1, 0)).toBe(false);
});

test('what is given back is there again, and what was refused never counted', () => {
  const budget = bodyBudget(64 * KIB);
  expect(budget.take(64 * KIB, 0)).toBe(true);
  expect(budget.take(1, 0)).toBe(false);
  budget.give(64 * KIB);
  expect(budget.take(64 * KIB, 0)).toBe(true);
});
