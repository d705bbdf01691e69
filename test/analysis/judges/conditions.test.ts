import { expect, test } from 'vitest';
import { conditions } from '../../../lib/analysis/judges/conditions.ts';
import { judgeOf } from '../../../lib/analysis/judges/judge-of.ts';
import type { Metric } from '../../../lib/model/analysis-run.ts';
import { aMetric, aRun } from '../../builders.ts';

const judging = { run: aRun(), result: undefined, finishedAt: new Date('2026-11-05T10:00:00Z') };

test.each<{ name: string; metric: Partial<Metric>; want: string }>([
  { name: 'it holds', metric: { successCondition: 'result[0] == 1' }, want: 'Successful' },
  { name: 'it does not', metric: { successCondition: 'result[0] == 2' }, want: 'Failed' },
  {
    name: 'it asks for the time of the reading',
    metric: { successCondition: 'now().Hour() == 10' },
    want: 'Successful',
  },
])('by the conditions of the metric: $name', ({ metric, want }) => {
  const reading = { is: 'value', result: { type: '[]float64', value: [1] }, shown: '[1]' } as const;
  expect(conditions(reading, aMetric(metric), judging)).toEqual({ phase: want });
});

test('conditions judge what no other judge takes', () => {
  expect(judgeOf(aMetric())).toBe(conditions);
});
