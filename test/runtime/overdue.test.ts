import { expect, test } from 'vitest';
import type { AnalysisRunStatus } from '../../lib/model/analysis-run.ts';
import { isOverdue } from '../../lib/runtime/overdue.ts';
import { aMeasurement, aMetric, anExperiment, aResult, aRun } from '../builders.ts';

const MEASURED = Date.parse('2026-11-05T10:00:01Z');
const after = (seconds: number) => new Date(MEASURED + seconds * 1000);
const metrics = [aMetric({ interval: '60s', count: 9 })];
const running = (status: Partial<AnalysisRunStatus> = {}): AnalysisRunStatus => ({
  phase: 'Running',
  startedAt: '2026-11-05T10:00:00Z',
  metricResults: [aResult({ count: 1, measurements: [aMeasurement()] })],
  ...status,
});
const run = aRun({ spec: { metrics }, status: running() });
const job = running({
  metricResults: [aResult({ measurements: [{ phase: 'Running', startedAt: '2026-11-05T10:00:01Z' }] })],
});

test.each([
  { name: 'a run that waits for its interval', object: run, seconds: 59, want: false },
  { name: 'one that is due just now', object: run, seconds: 61, want: false },
  { name: 'one that has been due for 29 s', object: run, seconds: 89, want: false },
  { name: 'one that has been due for half a minute', object: run, seconds: 91, want: true },
  { name: 'one that has been due for an hour', object: run, seconds: 3660, want: true },
  { name: 'one that was never begun', object: aRun(), seconds: 0, want: true },
  {
    name: 'one that is to be ended',
    object: aRun({ spec: { metrics, terminate: true }, status: running() }),
    seconds: 0,
    want: true,
  },
  {
    name: 'one that ended, and is not labelled',
    object: aRun({ status: { phase: 'Failed' } }),
    seconds: 0,
    want: true,
  },
  {
    name: 'one that ended, and is',
    object: aRun({ metadata: { labels: { 'assay.dev/finished': 'true' } }, status: { phase: 'Failed' } }),
    seconds: 3600,
    want: false,
  },
  {
    name: 'one that is being deleted',
    object: aRun({ metadata: { deletionTimestamp: '2026-11-05T10:00:02Z' }, status: running() }),
    seconds: 3600,
    want: false,
  },
  { name: 'a measurement under way, looked at a moment ago', object: aRun({ status: job }), seconds: 39, want: false },
  { name: 'one that wants to be looked at', object: aRun({ status: job }), seconds: 41, want: true },
  { name: 'an experiment that was never begun', object: anExperiment(), seconds: 0, want: true },
])('$name: $want', ({ object, seconds, want }) => {
  expect(isOverdue(object, after(seconds))).toBe(want);
});
