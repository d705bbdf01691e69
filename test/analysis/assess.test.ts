import { describe, expect, test } from 'vitest';
import { assess, assessMetric, exceededLimit } from '../../lib/analysis/assess.ts';
import type { Prepared } from '../../lib/analysis/due.ts';
import type { AnalysisRunStatus, Metric, MetricResult } from '../../lib/model/analysis-run.ts';
import { aMeasurement, aMetric, aResult, aRun } from '../builders.ts';

const NOW = new Date('2026-11-05T10:01:00.5Z');

function prepared(metrics: readonly Metric[], dryRun: readonly string[] = []): Prepared {
  return { metrics, dryRun: new Set(dryRun), retention: new Map() };
}

describe('exceededLimit: a limit is the number still tolerated', () => {
  test.each<{ name: string; metric?: Partial<Metric>; result: Partial<MetricResult>; want: string | undefined }>([
    { name: 'one failure, none tolerated', result: { failed: 1 }, want: 'failed (1) > failureLimit (0)' },
    { name: 'two tolerated', metric: { failureLimit: 2 }, result: { failed: 2 }, want: undefined },
    { name: 'unlimited', metric: { failureLimit: -1 }, result: { failed: 99 }, want: undefined },
    {
      name: 'one inconclusive',
      result: { inconclusive: 1, failed: 1 },
      want: 'inconclusive (1) > inconclusiveLimit (0)',
    },
    { name: 'four errors in a row', result: { consecutiveError: 4 }, want: undefined },
    {
      name: 'five, by default',
      result: { consecutiveError: 5, inconclusive: 1 },
      want: 'consecutiveErrors (5) > consecutiveErrorLimit (4)',
    },
    {
      name: 'one, where none is tolerated',
      metric: { consecutiveErrorLimit: 0 },
      result: { consecutiveError: 1 },
      want: 'consecutiveErrors (1) > consecutiveErrorLimit (0)',
    },
  ])('$name', ({ metric, result, want }) => {
    expect(exceededLimit(aMetric(metric), aResult(result))?.message).toBe(want);
  });
});

describe('assessMetric', () => {
  const measured = { measurements: [aMeasurement()] };
  const enough = { ...measured, count: 3, successful: 3, consecutiveSuccess: 1 };
  const thrice = { count: 3, interval: '1s' };

  test.each<{
    name: string;
    metric?: Partial<Metric>;
    result: Partial<MetricResult>;
    terminating?: boolean;
    want: string;
  }>([
    { name: 'what is over stays so', result: { phase: 'Failed' }, want: 'Failed' },
    { name: 'nothing measured', result: {}, want: 'Pending' },
    { name: 'nothing measured, and stopped', result: {}, terminating: true, want: 'Successful' },
    {
      name: 'under way',
      result: { measurements: [aMeasurement({ phase: 'Pending' })] },
      terminating: true,
      want: 'Running',
    },
    { name: 'more to come', metric: { interval: '1s' }, result: measured, want: 'Running' },
    {
      name: 'more to come, and stopped',
      metric: { interval: '1s' },
      result: measured,
      terminating: true,
      want: 'Successful',
    },
    { name: 'all measured', metric: thrice, result: enough, want: 'Successful' },
    {
      name: 'all failed within the limit',
      metric: { ...thrice, failureLimit: 3 },
      result: { ...measured, count: 3, failed: 3 },
      want: 'Successful',
    },
    {
      name: 'enough successes in a row',
      metric: { ...thrice, consecutiveSuccessLimit: 1 },
      result: { ...enough, count: 1 },
      want: 'Successful',
    },
    {
      name: 'all measured, too few in a row',
      metric: { ...thrice, consecutiveSuccessLimit: 2 },
      result: enough,
      want: 'Inconclusive',
    },
    {
      name: 'the same where failures do not count',
      metric: { ...thrice, consecutiveSuccessLimit: 2, failureLimit: -1 },
      result: enough,
      want: 'Failed',
    },
    {
      name: 'no success yet',
      metric: { interval: '1s', consecutiveSuccessLimit: 2 },
      result: measured,
      want: 'Running',
    },
  ])('$name: $want', ({ metric, result, terminating = false, want }) => {
    expect(assessMetric(aMetric(metric), aResult(result), terminating)).toBe(want);
  });
});

describe('assess', () => {
  const failing = aMetric({ name: 'errors' });
  const failed = aResult({
    name: 'errors',
    failed: 1,
    count: 1,
    measurements: [aMeasurement({ phase: 'Failed', message: 'too many' })],
  });
  const passed = aResult({ successful: 1, count: 1, measurements: [aMeasurement()] });

  test('the worst metric decides, and says why', () => {
    const { status, events } = assess(aRun(), prepared([aMetric(), failing]), [passed, failed], NOW);
    expect(status).toStrictEqual({
      phase: 'Failed',
      message: 'Metric "errors" assessed Failed due to failed (1) > failureLimit (0): "Error Message: too many"',
      metricResults: [
        { ...passed, phase: 'Successful' },
        { ...failed, phase: 'Failed', message: 'too many' },
      ],
      startedAt: '2026-11-05T10:01:00.500Z',
      completedAt: '2026-11-05T10:01:00.500Z',
      runSummary: { count: 2, successful: 1, failed: 1 },
      dryRunSummary: {},
    });
    expect(events).toStrictEqual([
      { type: 'Normal', reason: 'MetricSuccessful', message: "Metric 'success-rate' Completed. Result: Successful" },
      { type: 'Warning', reason: 'MetricFailed', message: "Metric 'errors' Completed. Result: Failed" },
      { type: 'Warning', reason: 'AnalysisRunFailed', message: 'Analysis Completed. Result: Failed' },
    ]);
  });

  test('a dry run does not count, and says so', () => {
    const { status } = assess(aRun(), prepared([failing, aMetric()], ['errors']), [failed, passed], NOW);
    expect(status).toMatchObject({
      phase: 'Successful',
      metricResults: [{ message: 'Metric assessed Failed due to failed (1) > failureLimit (0)' }, {}],
      runSummary: { count: 1, successful: 1 },
      dryRunSummary: { count: 1, failed: 1 },
    });
  });

  test('dry runs alone are successful', () => {
    const { status } = assess(aRun(), prepared([failing], ['errors']), [failed], NOW);
    expect(status).toMatchObject({ phase: 'Successful', runSummary: {} });
  });

  test('the run goes on while a metric has not begun', () => {
    const { status, events } = assess(aRun(), prepared([aMetric(), failing]), [passed], NOW);
    expect(status.phase).toBe('Running');
    expect(status).not.toHaveProperty('completedAt');
    expect(events).toHaveLength(1);
  });

  test.each<{ name: string; results: MetricResult[]; want: Partial<AnalysisRunStatus> }>([
    { name: 'before anything was measured', results: [], want: { phase: 'Successful', message: 'Run Terminated' } },
    { name: 'with nothing to blame', results: [passed], want: { phase: 'Successful', message: 'Run Terminated' } },
    {
      name: 'with something to blame',
      results: [failed],
      want: {
        phase: 'Failed',
        message: 'Metric "errors" assessed Failed due to failed (1) > failureLimit (0): "Error Message: too many"',
      },
    },
  ])('stopped $name', ({ results, want }) => {
    const run = aRun({ spec: { terminate: true } });
    expect(assess(run, prepared([aMetric(), failing]), results, NOW).status).toMatchObject(want);
  });

  test('the message stays while the phase does', () => {
    const status: AnalysisRunStatus = { phase: 'Running', message: 'as it was', startedAt: '2026-11-05T10:00:00Z' };
    const assessed = assess(aRun({ status }), prepared([failing]), [], NOW);
    expect(assessed.status).toMatchObject(status);
  });

  test('a worse metric without words leaves those of a better one', () => {
    const short = aMetric({ name: 'short', count: 1, consecutiveSuccessLimit: 2, failureLimit: -1 });
    const unlucky = aResult({ name: 'short', count: 1, measurements: [aMeasurement({ phase: 'Inconclusive' })] });
    const erring = aResult({ name: 'errors', consecutiveError: 5, measurements: [aMeasurement({ phase: 'Error' })] });
    const { status } = assess(aRun(), prepared([failing, short]), [erring, unlucky], NOW);
    expect(status).toMatchObject({
      phase: 'Failed',
      message: 'Metric "errors" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4)',
      runSummary: { error: 1, successful: 1 },
    });
  });

  test('a result without measurements keeps its message', () => {
    const odd = aResult({ message: 'by hand' });
    const { status } = assess(aRun(), prepared([aMetric()]), [odd], NOW);
    expect(status.metricResults).toStrictEqual([{ ...odd, phase: 'Pending' }]);
  });
});
