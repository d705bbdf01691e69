import { describe, expect, test } from 'vitest';
import { measurementOf } from '../../lib/analysis/measurement.ts';
import type { Measurement, Metric } from '../../lib/model/analysis-run.ts';
import type { Reading } from '../../lib/model/provider.ts';
import { aMetric, aRun } from '../builders.ts';

const startedAt = new Date('2026-11-05T10:00:00.25Z');
const finishedAt = new Date('2026-11-05T10:00:01.5Z');
const ended = { finishedAt, run: aRun(), result: undefined };
const moment = { ...ended, startedAt };
const times = { startedAt: '2026-11-05T10:00:00.250Z', finishedAt: '2026-11-05T10:00:01.500Z' };

function aReading(value: readonly number[]): Reading {
  return { is: 'value', result: { type: '[]float64', value }, shown: JSON.stringify(value), metadata: { query: 'up' } };
}

describe('a value', () => {
  test.each<{ name: string; value: number; metric?: Partial<Metric>; want: Measurement['phase'] }>([
    { name: 'holds', value: 1, want: 'Successful' },
    { name: 'does not hold', value: 0.5, want: 'Failed' },
    { name: 'neither holds', value: 0.9, metric: { failureCondition: 'result[0] < 0.9' }, want: 'Inconclusive' },
    { name: 'there is none', value: 0, metric: { successCondition: '' }, want: 'Successful' },
    {
      name: 'it asks for the time',
      value: 1,
      metric: { successCondition: 'now().Year() == 2026' },
      want: 'Successful',
    },
  ])('whose condition: $name', ({ value, metric, want }) => {
    const measurement = measurementOf(aReading([value]), aMetric(metric), moment);
    expect(measurement).toStrictEqual({ phase: want, value: `[${value}]`, metadata: { query: 'up' }, ...times });
  });

  test('that the condition cannot be evaluated for is forgotten', () => {
    expect(measurementOf(aReading([]), aMetric(), moment)).toStrictEqual({
      phase: 'Error',
      message:
        'could not evaluate successCondition "result[0] >= 0.95": metric result is nil or empty: ' +
        'no data returned from the metric provider',
      ...times,
    });
  });

  test('by some providers it is shown all the same', () => {
    const graphite = aMetric({ provider: { graphite: { address: 'http://graphite', query: 'q' } } });
    const measurement = measurementOf(aReading([]), graphite, moment);
    expect(measurement).toMatchObject({ phase: 'Error', value: '[]', metadata: { query: 'up' } });
  });

  test('with times of its own', () => {
    const own = new Date('2026-11-05T09:00:00Z');
    const measurement = measurementOf({ ...aReading([1]), startedAt: own, finishedAt: own }, aMetric(), moment);
    expect(measurement).toMatchObject({ startedAt: own.toISOString(), finishedAt: own.toISOString() });
  });
});

describe('one that was under way', () => {
  const before: Measurement = {
    phase: 'Running',
    startedAt: '2026-11-05T09:59:00Z',
    resumeAt: '2026-11-05T10:00:00Z',
    metadata: { 'job-name': 'a' },
    message: 'waiting',
  };

  test('ends, and keeps what the verdict does not speak of', () => {
    const measurement = measurementOf({ is: 'verdict', phase: 'Failed' }, aMetric(), { ...ended, before });
    expect(measurement).toStrictEqual({ ...before, phase: 'Failed', finishedAt: times.finishedAt });
  });

  test('ends with a score', () => {
    const reading: Reading = { is: 'verdict', phase: 'Successful', shown: '98', message: 'fine', metadata: { a: 'b' } };
    expect(measurementOf(reading, aMetric(), { ...ended, before })).toMatchObject({
      phase: 'Successful',
      value: '98',
      message: 'fine',
      metadata: { a: 'b' },
    });
  });

  test('is judged', () => {
    const measurement = measurementOf(aReading([1]), aMetric(), { ...ended, before });
    expect(measurement).toMatchObject({ phase: 'Successful', startedAt: before.startedAt, message: 'waiting' });
  });

  test('goes on, until the time that it says now', () => {
    const resumeAt = new Date('2026-11-05T10:05:00Z');
    const later = measurementOf({ is: 'pending', resumeAt, message: 'still' }, aMetric(), { ...ended, before });
    expect(later).toStrictEqual({ ...before, message: 'still', resumeAt: resumeAt.toISOString() });
    const whenever = measurementOf({ is: 'pending' }, aMetric(), { ...ended, before });
    const { resumeAt: old, ...rest } = before;
    expect(old).toBeDefined();
    expect(whenever).toStrictEqual(rest);
  });
});
