import { describe, expect, test } from 'vitest';
import { findDryRun, findRetention, isRegularExpression, matches } from '../../lib/analysis/rules.ts';

describe('matches', () => {
  test.each([
    { rule: 'a', name: 'cat', want: true },
    { rule: '', name: 'anything', want: true },
    { rule: '^a$', name: 'cat', want: false },
    { rule: '*', name: '*', want: false },
    { rule: 'a(?=b)', name: 'ab', want: false },
    { rule: '[[:alpha:]]+', name: 'x', want: true },
    { rule: String.raw`^\p{Letter}+$`, name: 'latency', want: true },
    { rule: '(?P<n>a)|(?P<n>b)', name: 'b', want: true },
  ])('$rule on $name: $want', ({ rule, name, want }) => {
    expect(matches(rule, name)).toBe(want);
  });

  test('a rule that does not compile is none, however often it is asked', () => {
    expect(['[', '[', 'ok'].map(isRegularExpression)).toStrictEqual([false, false, true]);
  });

  test('more rules than are kept compiled', () => {
    const rules = Array.from({ length: 600 }, (_, index) => `^metric-${index}$`);
    expect(rules.filter((rule) => matches(rule, 'metric-7'))).toStrictEqual(['^metric-7$']);
    expect(rules.filter((rule) => matches(rule, 'metric-599'))).toStrictEqual(['^metric-599$']);
  });

  test('a costly pattern stays cheap', () => {
    expect(matches('^(a+)+$', `${'a'.repeat(5_000)}!`)).toBe(false);
  });
});

test('a rule that matches nothing is refused, and says which it is', () => {
  expect(() => findDryRun([{ metricName: 'a' }, { metricName: '*' }], ['a'])).toThrow(
    "dryRun[1]: Rule didn't match any metric name(s)",
  );
  expect(() => findRetention([{ metricName: 'b', limit: 1 }], ['a'])).toThrow(
    "measurementRetention[0]: Rule didn't match any metric name(s)",
  );
});

test('of several rules for one metric the last wins', () => {
  const rules = [
    { metricName: '.', limit: 3 },
    { metricName: 'a', limit: -1 },
  ];
  expect(findRetention(rules, ['a', 'b'])).toStrictEqual(
    new Map([
      ['a', -1],
      ['b', 3],
    ]),
  );
});

test('what is too much to look at is not looked at, whoever asks: figures are told of runs that were refused, too', () => {
  const many = Array.from({ length: 8000 }, (_, index) => ({ metricName: `m${index}`, limit: 1 }));
  expect(() => findDryRun(many, ['m0'])).toThrow('dryRun: 8000 entries, at most 200 are allowed');
  expect(() => findRetention(many, ['m0'])).toThrow('measurementRetention: 8000 entries, at most 200 are allowed');
  const names = many.map(({ metricName }) => metricName);
  expect(() => findDryRun([{ metricName: '.' }], names)).toThrow('metrics: 8000 entries, at most 200 are allowed');
  const long = [{ metricName: '(a|b)*'.repeat(8000) }];
  expect(() => findDryRun(long, ['a'])).toThrow('dryRun[0].metricName: 48000 characters, at most 1000 are allowed');
});
