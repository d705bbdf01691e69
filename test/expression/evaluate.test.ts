import { describe, expect, test } from 'vitest';
import {
  checkCondition,
  compileCondition,
  evaluateCondition,
  evaluateTime,
  evaluateValue,
} from '../../lib/expression/evaluate.ts';
import { ProgramCache } from '../../lib/expression/program-cache.ts';
import { GoInt } from '../../lib/expression/value.ts';
import type { MetricValue } from '../../lib/model/metric-value.ts';
import { failureOf } from './failure.ts';

const NOW = new Date('2024-05-06T07:08:09.010Z');

describe('values of providers', () => {
  test.each<{ name: string; text: string; value: MetricValue }>([
    { name: 'a scalar', text: 'result == 5.0', value: { type: 'float64', value: 5 } },
    { name: 'a vector', text: 'len(result) == 2 && result[1] == 2', value: { type: '[]float64', value: [1, 2] } },
    { name: 'an empty vector', text: 'len(result) == 0 && !isNil(1)', value: { type: '[]float64', value: [] } },
    { name: 'a nil vector', text: 'result == nil && isNil(1)', value: { type: '[]float64', value: null } },
    { name: 'a pointer', text: 'result > 4', value: { type: '*float64', value: 5 } },
    { name: 'a nil pointer', text: 'default(1, 2) == 2', value: { type: '*float64', value: null } },
    { name: 'nothing', text: 'result == nil', value: { type: 'nil', value: null } },
    { name: 'a text', text: 'result == "ok"', value: { type: 'string', value: 'ok' } },
    { name: 'a broken text', text: 'result == "\ufffd"', value: { type: 'string', value: '\udc80' } },
    { name: 'a JSON object', text: 'result.a[0].b', value: { type: 'json', value: { a: [{ b: true }] } } },
    { name: 'a JSON bool', text: 'result', value: { type: 'json', value: true } },
    { name: 'a JSON text', text: 'result == "\ufffd"', value: { type: 'json', value: '\ud800' } },
    {
      name: 'a broken text in JSON',
      text: 'result.a[0] == "\ufffd"',
      value: { type: 'json', value: { a: ['\ud800'] } },
    },
    { name: 'a broken key in JSON', text: '"\ufffd" in result', value: { type: 'json', value: { '\udfff': 1 } } },
    {
      name: 'keys that JavaScript has of its own',
      text: 'result["__proto__"] == 1 && "constructor" not in result && result.toString == nil',
      value: { type: 'json', value: JSON.parse('{"__proto__": 1}') },
    },
    {
      name: 'rows of a database',
      text: 'type(result[0]) == "int" && result[1] == 1.5 && result[2].Year() == 2024 && result[3].a[0] == 1',
      value: { type: '[]any', value: [3n, 1.5, NOW, { a: [1] }] },
    },
    {
      name: 'a New Relic row',
      text: 'result.count == 3 && type(result) contains "nrdb.NRDBResult" && result.missing == nil',
      value: { type: 'NRDBResult', value: { count: 3 } },
    },
    {
      name: 'New Relic rows',
      text: 'all(result, .count >= 3)',
      value: { type: '[]NRDBResult', value: [{ count: 3 }, { count: 4 }] },
    },
    {
      name: 'CloudWatch series',
      text:
        'result[0].Id == "m" && result[0].Label == nil && string(result[0].StatusCode) == "Complete" && ' +
        'result[0].Messages[0].Code == "c" && result[0].Timestamps[0].Year() == 2024 && sum(result[0].Values) == 3 && ' +
        'len(result[1].Values) == 0 && result[1].Values == nil && string(result[1].StatusCode) == ""',
      value: {
        type: '[]MetricDataResult',
        value: [
          { Id: 'm', StatusCode: 'Complete', Messages: [{ Code: 'c' }], Timestamps: [NOW], Values: [1, 2] },
          { Id: null },
        ],
      },
    },
  ])('$name', ({ text, value }) => {
    expect(evaluateCondition(text, value)).toBe(true);
  });

  test('nothing is done to a document', () => {
    const value = Object.freeze({ list: Object.freeze([3, 1, 2]) });
    expect(evaluateCondition('sort(result.list)[0] == 1', { type: 'json', value })).toBe(true);
    expect(value.list).toStrictEqual([3, 1, 2]);
  });
});

describe('the value of a condition', () => {
  test('must be a bool', () => {
    const error = failureOf(() => evaluateCondition('result', { type: 'float64', value: 1 }));
    expect(error).toMatchObject({ stage: 'not-bool', goMessage: 'expected bool, but got float64', line: 1, column: 1 });
  });

  test('may be anything else where it is only looked at', () => {
    expect(evaluateValue('asInt(result)', { type: 'string', value: '7' })).toStrictEqual(
      evaluateValue('asInt("7")', { type: 'nil', value: null }),
    );
    expect(evaluateValue('asInt(result)', { type: 'string', value: '7' })).toBeInstanceOf(GoInt);
  });
});

describe('time', () => {
  test('now() is an argument', () => {
    expect(evaluateTime('now() - duration("1h")', NOW).toString()).toBe('2024-05-06 06:08:09.01 +0000 UTC');
    const value: MetricValue = { type: 'nil', value: null };
    expect(evaluateCondition('now(timezone("Asia/Kolkata")).Hour() == 12 && now().Hour() == 7', value, NOW)).toBe(true);
  });

  test('without one now() fails', () => {
    const error = failureOf(() => evaluateCondition('now().Year() > 0', { type: 'nil', value: null }));
    expect(error).toMatchObject({
      stage: 'runtime',
      goMessage: 'now() is not known: no time was given to the evaluation',
    });
  });

  test('a range query sees no result, and wants a time', () => {
    expect(failureOf(() => evaluateTime('result', NOW))).toMatchObject({ stage: 'compile' });
    expect(failureOf(() => evaluateTime('"a"', NOW))).toMatchObject({
      stage: 'not-time',
      goMessage: 'expected time.Time, but got string',
    });
    expect(evaluateTime('isNaN(0.5) || isInf(1.5) ? now() : date("2020-01-02")', NOW).toString()).toContain(
      '2020-01-02',
    );
    expect(evaluateTime('$env.isNaN(0.5) ? now() : date("2020-01-02")', NOW).toString()).toContain('2020-01-02');
  });
});

describe('the cache', () => {
  test('keeps programs by text and type', () => {
    expect(compileCondition('result == nil', 'float64')).toBe(compileCondition('result == nil', 'float64'));
    expect(compileCondition('result == nil', 'float64')).not.toBe(compileCondition('result == nil', 'nil'));
  });

  test('is bounded, and what was used last stays', () => {
    const cache = new ProgramCache();
    const program = { evaluate: () => null };
    let compiled = 0;
    const compile = () => {
      compiled++;
      return program;
    };
    for (let index = 0; index < 200; index++) cache.get(`text ${index}`, compile);
    cache.get('text 0', compile);
    cache.get('one more', compile);
    expect(compiled).toBe(201);
    expect(cache.size).toBe(200);
    cache.get('text 0', compile);
    expect(compiled).toBe(201);
    cache.get('text 1', compile);
    expect(compiled).toBe(202);
  });

  test('leaves long texts and failures out', () => {
    const cache = new ProgramCache();
    cache.get('x'.repeat(10_001), () => ({ evaluate: () => null }));
    expect(() =>
      cache.get('bad', () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(cache.size).toBe(0);
  });
});

describe('linting', () => {
  test.each<{ text: string; type: MetricValue['type'] | 'unknown'; problem: string | undefined }>([
    { text: 'result > 3', type: 'unknown', problem: undefined },
    { text: 'result[0] > 3', type: 'json', problem: undefined },
    { text: 'result.a', type: 'json', problem: undefined },
    { text: 'result > 3', type: '*float64', problem: undefined },
    { text: 'result[0] > 3', type: 'float64', problem: 'type float64[int] is undefined' },
    { text: 'result > 3', type: '[]float64', problem: 'invalid operation: > (mismatched types []float64 and int)' },
    { text: 'len(result)', type: '[]any', problem: 'expected bool, but got int' },
    { text: 'nil', type: 'unknown', problem: 'expected bool, but got <nil>' },
    { text: '1 % 0 == 1', type: 'unknown', problem: 'integer divide by zero' },
    { text: 'result matches "("', type: 'string', problem: 'error parsing regexp: missing closing ): `(`' },
    {
      text: 'result[0].Vales[0] > 1',
      type: '[]MetricDataResult',
      problem: 'type types.MetricDataResult has no field Vales',
    },
    { text: 'result >', type: 'nil', problem: 'unexpected token EOF' },
  ])('$text of $type', ({ text, type, problem }) => {
    const [found] = checkCondition(text, type);
    expect(found?.goMessage).toBe(problem);
  });
});
