import { expect, test } from 'vitest';
import { readResult } from '../../lib/cli/eval-result.ts';

test.each([
  { text: '0.97', type: undefined, want: { type: 'float64', value: 0.97 } },
  { text: 'NaN', type: undefined, want: { type: 'float64', value: Number.NaN } },
  { text: '-Inf', type: undefined, want: { type: 'float64', value: -Infinity } },
  { text: '[0.97, 1]', type: undefined, want: { type: '[]float64', value: [0.97, 1] } },
  { text: '[NaN, +Inf, 1e3]', type: undefined, want: { type: '[]float64', value: [Number.NaN, Infinity, 1000] } },
  { text: '[]', type: undefined, want: { type: 'json', value: [] } },
  { text: '[]', type: 'vector', want: { type: '[]float64', value: [] } },
  { text: '[1]', type: 'json', want: { type: 'json', value: [1] } },
  { text: '{"a": 1}', type: undefined, want: { type: 'json', value: { a: 1 } } },
  { text: '"x"', type: undefined, want: { type: 'json', value: 'x' } },
  { text: 'plain text', type: 'string', want: { type: 'string', value: 'plain text' } },
  { text: 'null', type: undefined, want: { type: 'nil', value: null } },
  { text: 'null', type: 'pointer', want: { type: '*float64', value: null } },
  { text: '[1, "a"]', type: 'list', want: { type: '[]any', value: [1, 'a'] } },
  { text: '{"count": 1}', type: 'newrelic', want: { type: 'NRDBResult', value: { count: 1 } } },
  {
    text: '[{"Values": [1], "Timestamps": ["2026-11-05T10:00:00Z"]}]',
    type: 'cloudwatch',
    want: { type: '[]MetricDataResult', value: [{ Values: [1], Timestamps: [new Date('2026-11-05T10:00:00Z')] }] },
  },
])('$text as $type', ({ text, type, want }) => {
  expect(readResult(text, type)).toEqual(want);
});

test.each([
  { text: 'plain text', type: undefined, says: '--result: no JSON' },
  { text: '[1, NaN', type: undefined, says: '--result: no JSON' },
  { text: '[1, "a"]', type: 'vector', says: '--result: [1, "a"] is not of the type vector' },
  { text: '{"a": 1}', type: 'scalar', says: 'is not of the type scalar' },
  { text: '[NaN]', type: 'json', says: 'JSON knows neither NaN nor Inf' },
])('refuses $text as $type', ({ text, type, says }) => {
  expect(() => readResult(text, type)).toThrow(says);
});
