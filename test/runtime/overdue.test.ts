import { expect, test } from 'vitest';
import { loadKind } from '../../lib/kinds/registry.ts';
import { Moment } from '../../lib/model/moment.ts';
import { isOverdue, overdueMs } from '../../lib/runtime/overdue.ts';
import { aMeasurement, aMetric, aResult, aRun } from '../builders.ts';

const at = (time: string) => Date.parse(`2026-11-05T${time}Z`);

/** Measured until 10:00:01, and again after ten minutes. */
const run = aRun({
  spec: { metrics: [aMetric({ interval: '10m' })] },
  status: {
    phase: 'Running',
    startedAt: '2026-11-05T10:00:00Z',
    metricResults: [aResult({ count: 1, measurements: [aMeasurement()] })],
  },
});

test.each([
  { name: 'due, but for half a minute at most', now: new Date(at('10:10:31')), want: false },
  { name: 'due for longer', now: new Date(at('10:10:31.002')), want: true },
  {
    name: 'not due, by a clock that was set ahead meanwhile',
    now: new Moment(at('11:02:00'), [{ fromMs: at('10:01:00'), toMs: at('11:01:00') }]),
    want: false,
  },
  {
    name: 'due for longer, by a clock that was set back meanwhile',
    now: new Moment(at('09:11:00'), [{ fromMs: at('10:01:00'), toMs: at('09:01:00') }]),
    want: true,
  },
])('$name', async ({ now, want }) => {
  expect(isOverdue(run, now, await loadKind('AnalysisRun'))).toBe(want);
});

test.each([
  { name: 'not due', run, now: at('10:09:00'), wantMs: 0 },
  {
    name: 'due since a while, created long before',
    run: { ...run, metadata: { ...run.metadata, creationTimestamp: '2026-11-04T10:00:00Z' } },
    now: at('10:15:01'),
    wantMs: 300_000,
  },
  { name: 'due since a while', run, now: at('10:10:31.001'), wantMs: 30_000 },
  {
    name: 'never begun',
    run: aRun({ metadata: { creationTimestamp: '2026-11-05T10:00:00Z' } }),
    now: at('10:01:00'),
    wantMs: 60_000,
  },
  {
    name: 'never begun, for more than a day',
    run: aRun({ metadata: { creationTimestamp: '2026-11-01T10:00:00Z' } }),
    now: at('10:01:00'),
    wantMs: 86_400_000,
  },
])('$name: overdue for $wantMs ms, within a second', async ({ run: object, now, wantMs }) => {
  const created = { ...object, metadata: { creationTimestamp: '2026-11-05T10:00:00Z', ...object.metadata } };
  const ms = overdueMs(created, new Date(now), await loadKind('AnalysisRun'));
  expect(Math.abs(ms - wantMs)).toBeLessThanOrEqual(1000);
});
