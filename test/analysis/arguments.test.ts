import { describe, expect, test } from 'vitest';
import {
  mergeArgs,
  resolveMetric,
  resolveTemplate,
  resolveTemplateQuoted,
  withPlaceholders,
  withSecrets,
} from '../../lib/analysis/arguments.ts';
import { ArgumentError } from '../../lib/analysis/spec-error.ts';
import type { Metric } from '../../lib/model/analysis-run.ts';
import { aMetric } from '../builders.ts';

const token = { name: 'token', valueFrom: { secretKeyRef: { name: 'shop', key: 'token' } } };

describe('withSecrets', () => {
  test('a secret goes before a value', () => {
    const given = [
      { ...token, value: 'open' },
      { name: 'job', value: 'api' },
    ];
    expect(withSecrets(given, { shop: { values: { token: 's3cr3t' } } })).toStrictEqual({
      args: [
        { name: 'token', value: 's3cr3t' },
        { name: 'job', value: 'api' },
      ],
      secretValues: ['s3cr3t'],
    });
    expect(withPlaceholders(given)[0]).toStrictEqual({ name: 'token', value: 'temp-for-secret' });
  });

  test.each([
    { name: 'no such secret', secrets: {}, want: 'secrets "shop" not found' },
    { name: 'no such key', secrets: { shop: { values: {} } }, want: "key 'token' does not exist in secret 'shop'" },
    { name: 'not readable', secrets: { shop: { problem: 'forbidden' } }, want: 'forbidden' },
    { name: 'not a field of all objects', secrets: Object.create({ shop: { values: {} } }), want: 'not found' },
  ])('$name', ({ secrets, want }) => {
    expect(() => withSecrets([token], secrets)).toThrow(want);
  });
});

describe('resolveTemplate', () => {
  const args = [
    { name: 'a', value: '1' },
    { name: 'b', value: '"2"' },
  ];

  test.each([
    { text: 'no tags', want: 'no tags' },
    { text: '{{args.a}} {{ args.b }}', want: '1 "2"' },
  ])('$text', ({ text, want }) => {
    expect(resolveTemplate(text, args)).toBe(want);
  });

  test.each([
    { text: '{{args.a}}{{args.none}}{{args.nil}}', want: 'failed to resolve {{args.nil}}' },
    { text: 'x{{args.a', want: 'Cannot find end tag="}}" in the template="x{{args.a" starting from "args.a"' },
  ])('$text is refused', ({ text, want }) => {
    expect(() => resolveTemplate(text, args)).toThrow(want);
  });

  test('values are not expanded again', () => {
    expect(resolveTemplateQuoted('{{args.a}}', [{ name: 'a', value: '{{args.a}}\n' }])).toBe(String.raw`{{args.a}}\n`);
  });
});

describe('resolveMetric', () => {
  test('a metric without tags is given back as it is', () => {
    const metric = aMetric();
    expect(resolveMetric(metric, [{ name: 'a', value: '1' }])).toBe(metric);
  });

  test('all texts are replaced, and nothing is added', () => {
    const metric = aMetric({
      name: '{{args.a}}',
      count: '{{args.n}}',
      provider: { web: { url: 'http://{{args.a}}/', jsonBody: { '{{args.a}}': [1, '{{args.q}}'] } } },
    });
    const args = [
      { name: 'a', value: 'x' },
      { name: 'n', value: '3' },
      { name: 'q', value: 'a "b"\n' },
    ];
    expect(resolveMetric(metric, args)).toStrictEqual({
      ...metric,
      name: 'x',
      count: '3',
      provider: { web: { url: 'http://x/', jsonBody: { x: [1, 'a "b"\n'] } } },
    });
  });

  test('a text that comes to be empty is left out, unless Argo keeps it', () => {
    const headers = [{ key: 'k', value: '{{args.a}}' }];
    const metric = aMetric({
      successCondition: '{{args.a}}',
      count: '{{args.a}}',
      provider: { web: { url: '{{args.a}}', body: '{{args.a}}', jsonBody: { x: '{{args.a}}' }, headers } },
    });
    expect(resolveMetric(metric, [{ name: 'a', value: '' }])).toStrictEqual({
      name: metric.name,
      count: '',
      provider: { web: { url: '', jsonBody: { x: '' }, headers: [{ key: 'k', value: '' }] } },
    });
  });

  test.each([
    {
      name: 'an argument without a value, used or not',
      query: 'up',
      args: [{ name: 'a' }],
      want: 'argument "a" was not supplied',
    },
    { name: 'a tag without an argument', query: '{{ args.b }}', args: [], want: 'failed to resolve {{ args.b }}' },
    {
      name: 'a name that HTML escaping hides',
      query: '{{args.a<b}}',
      args: [{ name: 'a<b', value: 'x' }],
      want: String.raw`failed to resolve {{args.a\u003cb}}`,
    },
    {
      name: 'a character that JSON cannot escape as Go does',
      query: '{{args.a}}',
      args: [{ name: 'a', value: '\u0007' }],
      want: "invalid character 'a' in string escape code",
    },
    {
      name: 'no end, so the tag runs on through the JSON of the metric',
      query: '{{args.a',
      args: [{ name: 'a', value: 'x' }],
      want: 'failed to resolve {{args.a","authentication":{"sigv4":{},"oauth2":{},"basicAuth":{}}',
    },
  ])('$name', ({ query, args, want }) => {
    const metric = aMetric({ provider: { prometheus: { query } } });
    expect(() => resolveMetric(metric, args)).toThrow(new ArgumentError(want));
  });

  test('no end at all', () => {
    const metric = aMetric({ consecutiveSuccessLimit: '{{args.a' });
    expect(() => resolveMetric(metric, [])).toThrow(/^Cannot find end tag="}}" in the template="{\\"name\\":/);
  });

  test('what Argo never sees does not stop it', () => {
    const metric = { ...aMetric({ name: '{{args.a}}' }), unknown: '{{args.nil}}' } as Metric;
    expect(resolveMetric(metric, [{ name: 'a', value: 'x' }]).name).toBe('x');
  });
});

test('an incoming value is put beside where the template takes it from', () => {
  expect(
    mergeArgs(
      [
        { name: 'token', value: 'v' },
        { name: 'other', value: 'x' },
      ],
      [token],
    ),
  ).toStrictEqual([{ ...token, value: 'v' }]);
});
