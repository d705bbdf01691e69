import { describe, expect, test } from 'vitest';
import { withinBounds } from '../../lib/analysis/bounds.ts';
import { dueAt } from '../../lib/analysis/due-at.ts';
import { findDue } from '../../lib/analysis/due.ts';
import { integerOf } from '../../lib/analysis/limits.ts';
import type { AnalysisRunSpec, AnalysisRunStatus } from '../../lib/model/analysis-run.ts';
import { aMetric, aRun } from '../builders.ts';

const NOW = new Date('2026-11-05T10:00:00Z');

function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const body = (text: string) => ({ web: { url: 'https://example.com', body: text } });

describe('what one run may ask of all', () => {
  const rows: readonly { name: string; spec: Partial<AnalysisRunSpec>; says: string }[] = [
    {
      name: 'an argument that is put in many times',
      spec: {
        args: [{ name: 'a', value: 'x'.repeat(500_000) }],
        metrics: [aMetric({ provider: body('{{args.a}}'.repeat(50_000)) })],
      },
      says: 'Analysis spec invalid: metrics up to "success-rate", with their arguments: 25000',
    },
    {
      name: 'many metrics that each put in a little',
      spec: {
        args: [{ name: 'a', value: 'x'.repeat(100_000) }],
        metrics: many(100, (index) => aMetric({ name: `m${index}`, provider: body('{{args.a}}') })),
      },
      says: 'Analysis spec invalid: metrics up to "m39", with their arguments: 4',
    },
    {
      name: 'metrics',
      spec: { metrics: many(2000, (index) => aMetric({ name: `m${index}` })) },
      says: 'Analysis spec invalid: metrics: 2000 entries, at most 200 are allowed',
    },
    {
      name: 'arguments',
      spec: { args: many(5000, (index) => ({ name: `a${index}`, value: '1' })) },
      says: 'Analysis spec invalid: args: 5000 entries, at most 500 are allowed',
    },
    {
      name: 'rules',
      spec: { dryRun: many(8000, () => ({ metricName: '.*' })) },
      says: 'Analysis spec invalid: dryRun: 8000 entries, at most 200 are allowed',
    },
    {
      name: 'a long rule',
      spec: { measurementRetention: [{ metricName: 'a?'.repeat(24_000), limit: 1 }] },
      says: 'Analysis spec invalid: measurementRetention[0].metricName: 48000 characters, at most 1000 are allowed',
    },
  ];

  test.each(rows)('$name', ({ spec, says }) => {
    const run = aRun({ spec: { metrics: [aMetric({ name: 'success-rate' })], ...spec } });
    const due = findDue(run, {}, NOW);
    expect(due).toMatchObject({ is: 'refused', message: expect.stringContaining(says) });
    // Looks at it do not fail either: its next step, which ends it, is due at once.
    const begun = { ...run, status: { phase: 'Running', startedAt: '2026-11-05T09:00:00Z' } as const };
    expect(dueAt(begun, NOW)).toEqual(NOW);
  });

  test('a megabyte of digits is a number beyond all bounds', () => {
    expect(integerOf('9'.repeat(1_300_000))).toBe(2n ** 63n - 1n);
    expect(integerOf(`-${'9'.repeat(1_300_000)}`)).toBe(-(2n ** 63n));
    expect(integerOf(`${'0'.repeat(1_300_000)}7`)).toBe(7n);
  });
});

const big = (metrics: number, measurements: number, characters: number): AnalysisRunStatus => ({
  phase: 'Running',
  metricResults: many(metrics, (metric) => ({
    name: `m${metric}`,
    phase: 'Running',
    measurements: many(measurements, (index) => ({
      phase: 'Successful',
      startedAt: '2026-11-05T09:00:00Z',
      finishedAt: `2026-11-05T09:${String(index % 60).padStart(2, '0')}:00Z`,
      value: `${index} ${'é'.repeat(characters)}`,
    })),
  })),
});

describe('a status that its cluster can keep', () => {
  test('a small one stays as it is', () => {
    const status = big(10, 10, 20);
    expect(withinBounds(status)).toBe(status);
  });

  test.each([
    { name: 'long values', status: big(20, 10, 8000) },
    { name: 'many measurements', status: big(1, 10_000, 20) },
    { name: 'many metrics', status: big(200, 100, 100) },
  ])('$name: the oldest go first, and each metric keeps its newest', ({ status }) => {
    const after = withinBounds(status);
    expect(JSON.stringify(after).length).toBeLessThanOrEqual(250_000);
    for (const [index, { measurements = [] }] of (after.metricResults ?? []).entries()) {
      expect(measurements.at(-1)).toEqual(status.metricResults?.[index]?.measurements?.at(-1));
    }
    expect(JSON.stringify(after)).toContain('(dropped: the status would be too large)');
  });

  test('values stay where there is room', () => {
    const { metricResults = [] } = withinBounds(big(4, 10, 8000));
    const values = metricResults.flatMap(({ measurements = [] }) => measurements.map(({ value }) => value ?? ''));
    expect(values.filter((value) => value.length > 8000).length).toBeGreaterThan(25);
  });
});
