import { describe, expect, test } from 'vitest';
import { evaluateValue } from '../../lib/expression/evaluate.ts';
import { ExpressionError } from '../../lib/expression/error.ts';
import type { MetricValue } from '../../lib/model/metric-value.ts';

const DOCUMENT: MetricValue = { type: 'json', value: { list: [1, 2, 3], three: 3 } };

function outcomeOf(text: string): unknown {
  try {
    return evaluateValue(text, DOCUMENT);
  } catch (error) {
    if (error instanceof ExpressionError) return error.goMessage;
    throw error;
  }
}

/** Every outcome here is one of the Go library's, which keeps bools of findLast below the value. */
describe('what findLast leaves is the left operand of the operator around', () => {
  test.each([
    ['findLastIndex(result.list, # < 3) == 1', true],
    ['1 == findLastIndex(result.list, # < 3)', 'interface conversion: interface {} is bool, not int'],
    ['2.0 == findLastIndex(result.list, # < 3)', false],
    ['3 < findLast(result.list, # < 3)', 'invalid operation: bool < float64'],
    ['3 < findLast(result.list, # > 9)', 'invalid operation: bool < <nil>'],
    ['3 < last(filter(result.list, # < 3))', 'invalid operation: bool < float64'],
    ['3 < filter(result.list, # < 3)[-1]', 'invalid operation: bool < float64'],
    ['filter(result.list, # > 9)[-1]', 'reflect: slice index out of range'],
    ['result.list | filter(# > 1) | last() > 2', true],
    ['[1, findLast(result.list, # < 3)]', [true, 2]],
    ['{a: findLast(result.list, # < 3)}', 'interface conversion: interface {} is bool, not string'],
    ['result.list[findLastIndex(result.list, # < 2)]', 'cannot fetch 0 from bool'],
    ['result.list[0:findLastIndex(result.list, # < 3)]', 'cannot slice 0'],
    ['result.list[findLastIndex(result.list, # < 3):]', 'cannot slice 1'],
    ['max(1, findLastIndex(result.list, # < 3))', 'invalid argument for max (type bool)'],
    ['map(result.list, findLast(result.list, true))', [3, true, 3]],
    ['filter(result.list, findLastIndex(result.list, true) == 2)', [2, true, 3]],
    ['reduce(result.list, #acc + findLast(result.list, true))', 'invalid operation: bool + float64'],
    ['sum(result.list, findLast(result.list, true))', 9],
    ['isNil(findLast(result.list, # < 3))', false],
    ['date("2024-01-01").AddDate(0, 0, findLastIndex(result.list, true))', 'reflect: Call using bool as type int'],
    ['"3" matches string(findLast(result.list, true))', 'interface conversion: interface {} is bool, not []uint8'],
    ['nil ?? findLast(result.list, true)', 3],
    ['1 + (nil ?? findLastIndex(result.list, true))', 'invalid operation: bool + int'],
    ['1 + (true ? findLastIndex(result.list, true) : 0)', 'invalid operation: bool + int'],
    ['let x = findLast(result.list, true); 3 == x', true],
    ['3 == (findLast(result.list, true); 3)', 'interface conversion: interface {} is bool, not int'],
  ])('%s', (text, outcome) => {
    expect(outcomeOf(text)).toStrictEqual(outcome);
  });
});

describe('other leftovers, where the checker does not look', () => {
  test.each([
    ['"s" + (result.x?.b?.foo(1) ?? "d")', 'invalid operation: int + string'],
    ['(result.x?.b?.foo(1) ?? "d") + "s"', 'ds'],
    ['result.x[len():1]', 'invalid argument for len (type int)'],
    ['result.three[round(1,2):1]', 'cannot slice 2'],
    ['result.list[round():1]', 'stack underflow'],
    ['result.x[trim():1]', 'invalid number of arguments for trim (expected 1 or 2, got 0)'],
    ['result.x[split("a"):1]', 'invalid number of arguments for split (expected 2 or 3, got 1)'],
    ['result.x[replace("a"):1]', 'invalid number of arguments for replace (expected 3 or 4, got 1)'],
    ['result.x[sort():1]', 'invalid number of arguments (expected 1 or 2, got 0)'],
    ['result.x[take([]):1]', 'invalid number of arguments (expected 2, got 1)'],
    ['result.x[keys():1]', 'invalid number of arguments (expected 1, got 0)'],
    ['result.x[bitand(1):1]', 'invalid number of arguments for bitand (expected 2, got 1)'],
    ['result.x[bitnot():1]', 'invalid number of arguments for bitnot (expected 1, got 0)'],
    ['result.x[get(1):1]', 'invalid number of arguments (expected 2, got 1)'],
    ['result.x[concat():1]', 'invalid number of arguments (expected at least 1, got 0)'],
    ['result.x[repeat("a"):1]', 'runtime error: index out of range [1] with length 1'],
    ['result.x[filter([1], #foo):1]', 'unknown pointer foo'],
    ['result.x[max():1]', 'cannot slice <nil>'],
  ])('%s', (text, outcome) => {
    expect(outcomeOf(text)).toBe(outcome);
  });
});
