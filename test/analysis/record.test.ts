import { describe, expect, test } from 'vitest';
import type { Due, Task } from '../../lib/analysis/due.ts';
import { judgeTaken, type Measured, record, type Taken, unavailable } from '../../lib/analysis/record.ts';
import { redact } from '../../lib/analysis/redact.ts';
import { resultsOf } from '../../lib/analysis/results.ts';
import { findCollections, trim } from '../../lib/analysis/retention.ts';
import type { Measurement, MetricResult } from '../../lib/model/analysis-run.ts';
import { aMeasurement, aMetric, aResult, aRun } from '../builders.ts';

const NOW = new Date('2026-11-05T10:01:00.5Z');
const metric = aMetric();

function aTask(override: Partial<Task> = {}): Task {
  return { does: 'run', metric, isFirst: false, ...override };
}

function recordOne(
  before: readonly MetricResult[],
  measured: Measured,
  dryRun: readonly string[] = [],
  secrets: readonly string[] = [],
) {
  const prepared = { metrics: [metric, aMetric({ name: 'other' })], dryRun: new Set(dryRun), retention: new Map() };
  return record(before, [measured], prepared, secrets, NOW);
}

describe('record', () => {
  test.each<{ phase: Measurement['phase']; want: Partial<MetricResult> }>([
    { phase: 'Successful', want: { count: 4, successful: 2, failed: 1, consecutiveSuccess: 2 } },
    { phase: 'Failed', want: { count: 4, successful: 1, failed: 2 } },
    { phase: 'Inconclusive', want: { count: 4, successful: 1, failed: 1, inconclusive: 1 } },
    { phase: 'Error', want: { count: 3, successful: 1, failed: 1, error: 1, consecutiveError: 3 } },
    { phase: 'Running', want: { count: 3, successful: 1, failed: 1, consecutiveError: 2, consecutiveSuccess: 1 } },
  ])('$phase is counted', ({ phase, want }) => {
    const before = aResult({ count: 3, successful: 1, failed: 1, consecutiveError: 2, consecutiveSuccess: 1 });
    const measurement: Measurement = { phase, finishedAt: '2026-11-05T10:00:00.25Z' };
    const [after] = recordOne([before], { task: aTask(), measurement });
    expect(after).toStrictEqual({ name: 'success-rate', phase: 'Running', ...want, measurements: [measurement] });
  });

  test('the first measurement makes the result, in the place that the metric has', () => {
    const measured = { task: aTask(), measurement: aMeasurement(), metadata: { query: 'up' } };
    const others = [aResult({ name: 'gone' }), aResult({ name: 'other' })];
    const [made, ...rest] = recordOne(others, measured, ['success-rate']);
    expect(made).toMatchObject({ name: 'success-rate', phase: 'Running', dryRun: true, metadata: { query: 'up' } });
    expect(rest.map(({ name }) => name)).toStrictEqual(['other', 'gone']);
  });

  test('one under way is replaced', () => {
    const before = aResult({ measurements: [aMeasurement(), { phase: 'Running' }] });
    const [after] = recordOne([before], { task: aTask({ does: 'resume' }), measurement: { phase: 'Successful' } });
    expect(after?.measurements).toStrictEqual([aMeasurement(), { phase: 'Successful', finishedAt: NOW.toISOString() }]);
  });

  test.each<{ phase: Measurement['phase']; want: string }>([
    { phase: 'Inconclusive', want: 'Metric Terminated' },
    { phase: 'Successful', want: 'Metric Terminated' },
    { phase: 'Failed', want: 'said' },
    { phase: 'Running', want: 'said' },
  ])('the message of a measurement that was ended as $phase', ({ phase, want }) => {
    const before = aResult({ measurements: [{ phase: 'Running' }] });
    const [after] = recordOne([before], {
      task: aTask({ does: 'terminate' }),
      measurement: { phase, message: 'said' },
    });
    expect(after?.measurements?.[0]?.message).toBe(want);
  });

  test('secrets are masked wherever a measurement has texts', () => {
    const metadata = { ResolvedPrometheusQuery: 'up{key="s3cr3t"}' };
    const measurement: Measurement = { phase: 'Error', message: 'GET /s3cr3t', value: '["s3cr3t"]', metadata };
    const [after] = recordOne([], { task: aTask(), measurement, metadata }, [], ['s3cr3t', '']);
    expect(after?.measurements?.[0]).toMatchObject({
      message: 'GET /*****',
      value: '["*****"]',
      metadata: { ResolvedPrometheusQuery: 'up{key="*****"}' },
    });
    expect(after?.metadata).toEqual({ ResolvedPrometheusQuery: 'up{key="*****"}' });
  });

  test('the shortest secrets are masked in messages alone: values would fall apart', () => {
    const measurement: Measurement = { phase: 'Error', message: 'got 80', value: '80' };
    const [after] = recordOne([], { task: aTask(), measurement }, [], ['80']);
    expect(after?.measurements?.[0]).toMatchObject({ message: 'got *****', value: '80' });
  });

  test('a secret is masked before the text is cut', () => {
    const message = `${'x'.repeat(7990)}s3cr3t-t0ken${'y'.repeat(100)}`;
    const [after] = recordOne([], { task: aTask(), measurement: { phase: 'Error', message } }, [], ['s3cr3t-t0ken']);
    expect(after?.measurements?.[0]?.message).not.toContain('s3cr');
  });

  test.each(['value', 'message'] as const)('a long %s is cut, and says so', (field) => {
    const measurement: Measurement = { phase: 'Failed', [field]: 'é'.repeat(1_000_000) };
    const [after] = recordOne([], { task: aTask(), measurement }, [], []);
    const text = after?.measurements?.[0]?.[field] ?? '';
    expect(text).toHaveLength(8000);
    expect(text).toMatch(/… \(cut: 1000000 characters in all\)$/);
  });

  test('nothing taken, nothing changed', () => {
    const before = [aResult()];
    expect(record(before, [], { metrics: [], dryRun: new Set(), retention: new Map() }, [], NOW)).toBe(before);
  });
});

test('a secret within another leaves nothing behind', () => {
  expect(redact('abcd ab', ['ab', 'abcd'])).toBe('***** *****');
});

test('a provider that cannot be set up', () => {
  expect(unavailable(aTask(), 'no such plugin', NOW)).toStrictEqual({
    phase: 'Error',
    message: 'no such plugin',
    startedAt: '2026-11-05T10:01:00.500Z',
  });
  const measurement: Measurement = { phase: 'Running', value: '1', metadata: { job: 'a' } };
  expect(unavailable(aTask({ does: 'resume', measurement }), 'gone', NOW)).toStrictEqual({
    ...measurement,
    phase: 'Error',
    message: 'gone',
  });
});

test('of two results of one name the first counts', () => {
  const first = aResult({ count: 1 });
  const results = resultsOf({ phase: 'Running', metricResults: [first, aResult({ count: 2 })] });
  expect(results.get('success-rate')).toBe(first);
});

const dueWith = (limit: number | undefined): Due => ({
  is: 'measuring',
  prepared: {
    metrics: [metric],
    dryRun: new Set(),
    retention: new Map(limit === undefined ? [] : [['success-rate', limit]]),
  },
  tasks: [],
  secretValues: [],
});

const taken = (does: Task['does']) => [{ task: aTask({ does }) }];

describe('retention', () => {
  const many = Array.from({ length: 11 }, (_, second) => aMeasurement({ value: String(second) }));
  const status = {
    phase: 'Running' as const,
    metricResults: [
      aResult({ measurements: many }),
      aResult({ name: 'gone', measurements: many }),
      aResult({ name: 'new' }),
    ],
  };
  const run = aRun({ status });

  test.each([
    { name: 'ten, by default', limit: undefined, keep: 10 },
    { name: 'ten, where the limit is none', limit: 0, keep: 10 },
    { name: 'as many as the rule says', limit: 2, keep: 2 },
  ])('keeps $name', ({ limit, keep }) => {
    expect(findCollections(run, dueWith(limit), [])).toStrictEqual([{ metric, keep }]);
  });

  test('counts what was just measured, but not what was only continued', () => {
    expect(findCollections(run, dueWith(11), taken('run'))).toHaveLength(1);
    expect(findCollections(run, dueWith(11), taken('resume'))).toHaveLength(0);
    expect(findCollections(run, { is: 'finished' }, taken('run'))).toHaveLength(0);
    expect(findCollections(aRun(), dueWith(11), taken('run'))).toHaveLength(0);
  });

  test.each([
    { went: 'done' as const, left: 3 },
    { went: 'skipped' as const, left: 11 },
    { went: 'failed' as const, left: 11 },
  ])('$went: $left are left', ({ went, left }) => {
    const trimmed = trim(status, [{ collection: { metric, keep: 3 }, went }]);
    expect(trimmed.metricResults?.[0]?.measurements).toStrictEqual(many.slice(-left));
    expect(trimmed.metricResults?.slice(1)).toStrictEqual(status.metricResults.slice(1));
  });

  test('after a failure nothing more is trimmed', () => {
    const done = { collection: { metric, keep: 3 }, went: 'done' as const };
    expect(trim(status, [{ ...done, went: 'failed' }, done])).toBe(status);
    expect(trim({ phase: 'Running' }, [done])).toStrictEqual({ phase: 'Running' });
  });
});

describe('what was taken is judged', () => {
  const startedAt = new Date('2026-11-05T10:00:00.25Z');
  const finishedAt = new Date('2026-11-05T10:00:01.5Z');
  const value = { is: 'value', result: { type: '[]float64', value: [1] }, shown: '[1]' } as const;
  const inFlight: Measurement = { phase: 'Running', startedAt: '2026-11-05T09:59:00Z', value: '0' };
  const resumed = aTask({ does: 'resume', measurement: inFlight });

  test.each<{ name: string; taken: Taken; want: Measurement }>([
    {
      name: 'a reading, by the conditions of its metric',
      taken: { task: aTask(), startedAt, went: 'read', reading: value, finishedAt },
      want: {
        phase: 'Successful',
        value: '[1]',
        startedAt: startedAt.toISOString(),
        finishedAt: finishedAt.toISOString(),
      },
    },
    {
      name: 'of one that was under way it is the end',
      taken: { task: resumed, startedAt, went: 'read', reading: value, finishedAt },
      want: { ...inFlight, phase: 'Successful', value: '[1]', finishedAt: finishedAt.toISOString() },
    },
    {
      name: 'one that nobody can look at stays as it is',
      taken: { task: resumed, startedAt, went: 'nowhere' },
      want: inFlight,
    },
    {
      name: 'what failed is an error',
      taken: { task: aTask(), startedAt, went: 'failed', message: 'no route' },
      want: { phase: 'Error', message: 'no route', startedAt: startedAt.toISOString() },
    },
    {
      name: 'a reading whose time is none is one too, and not the end of the step',
      taken: {
        task: aTask(),
        startedAt,
        went: 'read',
        reading: { is: 'pending', resumeAt: new Date(Number.NaN) },
        finishedAt,
      },
      want: { phase: 'Error', message: 'Invalid time value', startedAt: startedAt.toISOString() },
    },
  ])('$name', ({ taken: one, want }) => {
    expect(judgeTaken([one], aRun())).toStrictEqual([{ task: one.task, measurement: want }]);
  });

  test('what its metric is described by goes along', () => {
    const one: Taken = {
      task: aTask(),
      startedAt,
      went: 'read',
      reading: value,
      finishedAt,
      metadata: { query: 'up' },
    };
    expect(judgeTaken([one], aRun())).toMatchObject([{ metadata: { query: 'up' } }]);
  });
});
