import { describe, expect, test } from 'vitest';
import { readPromQl } from '../../lib/lint/promql/read-promql.ts';

test.each([
  { query: '1 + 2', type: 'scalar' },
  { query: 'scalar(sum(up))', type: 'scalar' },
  { query: 'time() - 5', type: 'scalar' },
  { query: '"text"', type: 'string' },
  { query: 'up', type: 'vector' },
  { query: '{__name__="up"}', type: 'vector' },
  { query: '# of all\n-up offset 5m', type: 'vector' },
  { query: 'vector(1)', type: 'vector' },
  { query: 'up > 0', type: 'vector' },
  { query: '1 - sum(up)', type: 'vector' },
  { query: 'sum by (job) (rate(up[5m]))', type: 'vector' },
  { query: 'up[5m]', type: 'matrix' },
  { query: '(rate(up[5m])[1h:5m])', type: 'matrix' },
  { query: 'max_over_time(rate(up[5m])[1h:5m])', type: 'vector' },
])('$query is a $type', ({ query, type }) => {
  expect(readPromQl(query)).toMatchObject({ type });
  expect(readPromQl(query).fault).toBeUndefined();
});

test.each([
  { query: '', says: 'it ends too early', span: [0, 1] },
  { query: 'sum(rate(up[5m]) /', says: 'it ends too early', span: [17, 18] },
  { query: 'rate(up[soon])', says: 'unexpected "soon"', span: [8, 12] },
  { query: 'up{job="a}', says: 'it ends too early', span: [9, 10] },
])('"$query": $says', ({ query, says, span }) => {
  const { fault, type } = readPromQl(query);
  expect(type).toBeUndefined();
  expect(fault).toMatchObject({ message: expect.stringContaining(says), span });
});

describe('0 by 0', () => {
  test.each([
    { query: 'a / b', counts: 1 },
    { query: 'sum(a) / sum(b) * 100', counts: 1 },
    { query: '1 - (a / b)', counts: 1 },
    { query: 'avg(a / b)', counts: 1 },
    { query: 'a / b / c', counts: 2 },
    { query: 'a / 0', counts: 1 },
    { query: 'a / 60', counts: 0 },
    { query: 'a / (60 * 60)', counts: 0 },
    { query: 'a / (b > 0)', counts: 0 },
    { query: 'a / (b != 0)', counts: 0 },
    { query: 'a / (b >= 0)', counts: 1 },
    { query: 'a / clamp_min(b, 1)', counts: 0 },
    { query: 'a / clamp_min(b, 0)', counts: 1 },
    { query: 'a / (b + 1)', counts: 0 },
    { query: 'a / count(b)', counts: 0 },
    { query: 'a / ((b > 0) or vector(1))', counts: 0 },
    { query: '(a / b) >= 0', counts: 0 },
    { query: 'a / b or vector(0)', counts: 0 },
    { query: 'absent(a / b)', counts: 0 },
  ])('$query: $counts', ({ query, counts }) => {
    const { divisions } = readPromQl(query);
    expect(divisions).toHaveLength(counts);
    for (const [from, to] of divisions) expect(query.slice(from, to)).toBe('/');
  });
});

test.each([
  { query: 'up', hasDefault: false },
  { query: 'up or vector(0)', hasDefault: true },
  { query: 'sum(up) or on() vector(0)', hasDefault: true },
  { query: 'sum(up or vector(0))', hasDefault: true },
  { query: '(up or vector(0)) > 0', hasDefault: false },
  { query: '(up or vector(0)) > bool 0', hasDefault: true },
  { query: '1 - (up or vector(0))', hasDefault: true },
  { query: 'up + (up or vector(0))', hasDefault: false },
  { query: 'scalar(up)', hasDefault: true },
  { query: 'absent(up)', hasDefault: false },
])('$query: an answer where nothing is there: $hasDefault', ({ query, hasDefault }) => {
  expect(readPromQl(query).hasDefault).toBe(hasDefault);
});
