import { describe, expect, test } from 'vitest';
import { describeValue, formatPath, formatProblem, problemAt, showValue } from '../../lib/model/problem.ts';

test.each([
  { keys: [], want: '' },
  { keys: ['spec', 'metrics', 2, 'interval'], want: 'spec.metrics[2].interval' },
  { keys: ['metadata', 'labels', 'app.kubernetes.io/name'], want: 'metadata.labels["app.kubernetes.io/name"]' },
  { keys: ['a', '', '"'], want: 'a[""]["\\""]' },
  { keys: ['a b'.repeat(30)], want: `["${'a b'.repeat(20)}…"]` },
  { keys: [0, 'name'], want: '[0].name' },
])('the path $want', ({ keys, want }) => {
  expect(formatPath(keys)).toBe(want);
});

describe('showValue', () => {
  test.each([
    { name: 'a string in quotes', value: 'a"b', want: '"a\\"b"' },
    { name: 'a number', value: 5, want: '5' },
    { name: 'a number that JSON has not', value: NaN, want: 'NaN' },
    { name: 'a boolean', value: false, want: 'false' },
    { name: 'null', value: null, want: 'null' },
    { name: 'nothing', value: undefined, want: undefined },
    { name: 'an object', value: {}, want: undefined },
    { name: 'a list', value: [], want: undefined },
    { name: 'a long string', value: 'x'.repeat(59), want: undefined },
  ])('$name', ({ value, want }) => {
    expect(showValue(value, ['spec'])).toBe(want);
  });

  test.each([
    { keys: ['authentication', 'basicAuth', 'username'] },
    { keys: ['password'] },
    { keys: ['clientSecret'] },
    { keys: ['apiToken'] },
    { keys: ['headers', 0, 'value'] },
    { keys: ['plugin', 'credentials', 'user'] },
  ])('not what may be a secret: $keys', ({ keys }) => {
    expect(showValue('hush', keys)).toBeUndefined();
    expect(describeValue('hush', keys)).toBe('a string');
  });

  test.each([{ keys: ['headers', 0, 'key'] }, { keys: ['args', 0, 'value'] }, { keys: ['secretRef', 'name'] }])(
    'but what only sounds like one: $keys',
    ({ keys }) => {
      expect(showValue('plain', keys)).toBe('"plain"');
    },
  );
});

test.each([
  { value: true, want: 'true or false' },
  { value: 5, want: 'a number' },
  { value: undefined, want: 'nothing' },
  { value: [], want: 'a list' },
  { value: {}, want: 'an object' },
])('a hidden $value is $want', ({ value, want }) => {
  expect(describeValue(value, ['password'])).toBe(want);
});

test('a problem as one line', () => {
  expect(formatProblem(problemAt(['spec'], { message: 'wrong' }))).toBe('spec: wrong');
  expect(formatProblem(problemAt([], { message: 'wrong', hint: 'mend it' }))).toBe('wrong; mend it');
});

test('a problem keeps its value only where it may be shown', () => {
  expect(problemAt(['a'], { message: 'wrong', value: 1 })).toEqual({
    severity: 'error',
    keys: ['a'],
    path: 'a',
    message: 'wrong',
    value: '1',
  });
  expect(problemAt(['token'], { message: 'wrong', value: 1, severity: 'warning', hint: 'mend it' })).toEqual({
    severity: 'warning',
    keys: ['token'],
    path: 'token',
    message: 'wrong',
    hint: 'mend it',
  });
});
