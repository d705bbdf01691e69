import { describe, expect, test } from 'vitest';
import { judgeByConditions } from '../../../lib/analysis/judges/judge-by-conditions.ts';
import type { MetricValue } from '../../../lib/model/metric-value.ts';

const FIVE: MetricValue = { type: 'float64', value: 5 };

describe('a value is judged', () => {
  test.each([
    { name: 'no condition', conditions: {}, phase: 'Successful' },
    { name: 'empty conditions', conditions: { successCondition: '', failureCondition: '' }, phase: 'Successful' },
    { name: 'success met', conditions: { successCondition: 'result > 4' }, phase: 'Successful' },
    { name: 'success not met', conditions: { successCondition: 'result > 5' }, phase: 'Failed' },
    { name: 'failure met', conditions: { failureCondition: 'result > 4' }, phase: 'Failed' },
    { name: 'failure not met', conditions: { failureCondition: 'result > 5' }, phase: 'Successful' },
    { name: 'both met', conditions: { successCondition: 'true', failureCondition: 'true' }, phase: 'Failed' },
    { name: 'only success', conditions: { successCondition: 'true', failureCondition: 'false' }, phase: 'Successful' },
    { name: 'only failure', conditions: { successCondition: 'false', failureCondition: 'true' }, phase: 'Failed' },
    { name: 'neither', conditions: { successCondition: 'false', failureCondition: 'false' }, phase: 'Inconclusive' },
  ])('$name', ({ conditions, phase }) => {
    expect(judgeByConditions(FIVE, conditions)).toStrictEqual({ phase });
  });

  test('now() is an argument', () => {
    const conditions = { successCondition: 'now().Year() == 2024' };
    expect(judgeByConditions(FIVE, conditions, new Date('2024-05-06'))).toStrictEqual({ phase: 'Successful' });
  });
});

describe('an error says which condition, and why', () => {
  test.each<{ name: string; value: MetricValue; conditions: object; message: string }>([
    {
      name: 'in the success condition',
      value: FIVE,
      conditions: { successCondition: 'result', failureCondition: 'nope' },
      message: 'could not evaluate successCondition "result": expected bool, but got float64',
    },
    {
      name: 'in the failure condition',
      value: FIVE,
      conditions: { successCondition: 'true', failureCondition: 'nope' },
      message: 'could not evaluate failureCondition "nope": unknown name nope',
    },
    ...(
      [
        { type: 'nil', value: null },
        { type: '*float64', value: null },
        { type: '[]float64', value: [] },
        { type: 'json', value: [] },
      ] satisfies MetricValue[]
    ).map((value) => ({
      name: `${value.type} without data`,
      value,
      conditions: { successCondition: 'result[0] > 1 || result > 1' },
      message:
        'could not evaluate successCondition "result[0] > 1 || result > 1": ' +
        'metric result is nil or empty: no data returned from the metric provider',
    })),
    {
      name: 'an empty object is data',
      value: { type: 'json', value: {} },
      conditions: { successCondition: 'result.a > 1' },
      message: 'could not evaluate successCondition "result.a > 1": invalid operation: <nil> > int',
    },
  ])('$name', ({ value, conditions, message }) => {
    expect(judgeByConditions(value, conditions)).toStrictEqual({ phase: 'Error', message });
  });

  test('what is no error of an expression is thrown', () => {
    const value: MetricValue = {
      type: 'json',
      value: {
        get broken() {
          throw new TypeError('a bug');
        },
      },
    };
    expect(() => judgeByConditions(value, { successCondition: 'result.a == 1' })).toThrow(TypeError);
  });
});
