import { expect, test } from 'vitest';
import { changesOf } from '../../lib/cli/run-changes.ts';
import { changeLine } from '../../lib/cli/run-log.ts';
import type { AnalysisRunStatus } from '../../lib/model/analysis-run.ts';
import { aMeasurement, aResult, aRun } from '../builders.ts';

const startedAt = '2026-11-05T10:00:00Z';
const running = (metricResults: AnalysisRunStatus['metricResults'] = []): AnalysisRunStatus => ({
  phase: 'Running',
  startedAt,
  metricResults,
});
const one = aResult({ count: 1, measurements: [aMeasurement()] });
const underWay = { phase: 'Running', startedAt } as const;

test.each<{ name: string; before?: AnalysisRunStatus; after: AnalysisRunStatus; want: readonly string[] }>([
  { name: 'the start', after: running(), want: ['started'] },
  { name: 'nothing', before: running([one]), after: running([one]), want: [] },
  {
    name: 'a measurement, with the start',
    after: running([one]),
    want: ['started', 'success-rate measured Successful [1]'],
  },
  {
    name: 'what the status no longer holds is not told again',
    before: running([aResult({ count: 10, error: 2, measurements: [aMeasurement({ value: 'a' })] })]),
    after: running([
      aResult({
        count: 10,
        error: 3,
        measurements: [aMeasurement({ value: 'a' }), aMeasurement({ phase: 'Error', value: '', message: 'm' })],
      }),
    ]),
    want: ['success-rate measured Error m'],
  },
  {
    name: 'a measurement that begins and takes its time',
    before: running(),
    after: running([aResult({ measurements: [underWay] })]),
    want: ['success-rate measuring Running'],
  },
  {
    name: 'and is still under way',
    before: running([aResult({ measurements: [underWay] })]),
    after: running([aResult({ measurements: [{ ...underWay, message: 'x' }] })]),
    want: [],
  },
  {
    name: 'the ends, of the metric before that of the run',
    before: running([one]),
    after: {
      ...running([aResult({ ...one, phase: 'Failed', message: 'why' })]),
      phase: 'Failed',
      message: 'metric "success-rate" failed',
    },
    want: ['success-rate ended Failed why', 'ended Failed metric "success-rate" failed'],
  },
])('tells $name', ({ before, after, want }) => {
  const changes = changesOf(before && aRun({ status: before }), aRun({ status: after }));
  expect(
    changes.map(({ metric, what, phase, value, message }) =>
      [metric, what, ...(what === 'started' ? [] : [phase]), value, message].filter(Boolean).join(' '),
    ),
  ).toEqual(want);
});

test.each([
  { change: { what: 'started', phase: 'Running' }, want: '10:00:05 r: started' },
  {
    change: { metric: 'm', what: 'measured', phase: 'Successful', value: '[1]' },
    want: '10:00:05 r/m: measured [1] Successful',
  },
  {
    change: { metric: 'm', what: 'measured', phase: 'Error', message: 'a\n b\u001b[2J' },
    want: '10:00:05 r/m: measured Error: a b\ufffd[2J',
  },
  { change: { metric: 'm', what: 'measuring', phase: 'Running' }, want: '10:00:05 r/m: measuring' },
  { change: { what: 'ended', phase: 'Failed', message: 'why' }, want: '10:00:05 r: FAILED: why' },
] as const)('says $want', ({ change, want }) => {
  expect(changeLine('r', change, new Date('2026-11-05T10:00:05.9Z'))).toBe(want);
});
