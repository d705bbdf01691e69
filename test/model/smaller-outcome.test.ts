import { expect, test } from 'vitest';
import type { AnyStatus } from '../../lib/model/kind.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import { smallerOutcomes } from '../../lib/model/smaller-outcome.ts';
import { validateResource } from '../../lib/model/validate.ts';
import { aMeasurement, anExperiment, aResult, aRun } from '../builders.ts';

const NOW = new Date('2026-11-30T10:00:00.500Z');
const ENDS = ['Successful', 'Failed', 'Error', 'Inconclusive'];
const LONG = 'x'.repeat(5000);
const results = [
  aResult({
    count: 2,
    successful: 2,
    message: LONG,
    metadata: { ResolvedPrometheusQuery: LONG },
    measurements: [aMeasurement({ value: LONG, metadata: { 'job-name': 'a' } }), aMeasurement({ message: LONG })],
  }),
];
const anOutcome = (status: AnyStatus): Outcome<AnyStatus> => ({ status, nextAt: undefined, events: [], changes: [] });
const aStatus = (phase: string) => ({ phase, startedAt: '2026-11-30T09:00:00Z', metricResults: results }) as AnyStatus;

test('first what was measured goes, then the measurements, then all but the end; texts are cut', () => {
  const [values, measurements, end, ...others] = smallerOutcomes(
    'AnalysisRun',
    anOutcome(aStatus('Running')),
    NOW,
    ENDS,
  );
  const { startedAt, finishedAt } = aMeasurement();
  const cut = `${'x'.repeat(999)}…`;
  const bare = { phase: 'Successful', startedAt, finishedAt };
  const result = { name: 'success-rate', phase: 'Running', count: 2, successful: 2, message: cut };
  expect(values?.status).toMatchObject({
    metricResults: [{ ...result, measurements: [bare, { ...bare, message: cut }] }],
  });
  expect(JSON.stringify(values?.status)).not.toMatch(/"value"|"metadata"/);
  expect(measurements?.status).toMatchObject({ phase: 'Error', metricResults: [result] });
  expect(JSON.stringify(measurements?.status)).not.toContain('"measurements"');
  expect(end?.status).toEqual({
    phase: 'Error',
    message: expect.stringMatching(/^the status has 2\d{4} bytes: /),
    startedAt: '2026-11-30T09:00:00Z',
    completedAt: '2026-11-30T10:00:00Z',
  });
  expect(others).toEqual([]);
});

test('what is left is a run as its schema has it', () => {
  for (const { status } of smallerOutcomes('AnalysisRun', anOutcome(aStatus('Running')), NOW, ENDS)) {
    expect(validateResource({ ...aRun(), status })).toEqual([]);
  }
});

test('a run without a verdict ends with Error, says so in an Event, and is looked at again', () => {
  const before = { type: 'Normal', reason: 'MetricSuccessful', message: 'm' } as const;
  const [first] = smallerOutcomes('AnalysisRun', { ...anOutcome(aStatus('Running')), events: [before] }, NOW, ENDS);
  const message = expect.stringContaining('more than the API server takes');
  expect(first).toMatchObject({ nextAt: NOW, finished: false });
  expect(first?.events).toEqual([before, { type: 'Warning', reason: 'AnalysisRunError', message }]);
});

test.each(['Successful', 'Failed', 'Inconclusive', 'Error'])('a verdict of %s stands', (phase) => {
  const outcome = { ...anOutcome(aStatus(phase)), finished: true };
  const all = [...smallerOutcomes('AnalysisRun', outcome, NOW, ENDS)];
  expect(all).toHaveLength(3);
  for (const each of all) {
    expect(each).toMatchObject({ status: { phase }, finished: true, events: [], nextAt: undefined });
    expect(each.status).not.toHaveProperty('message');
  }
});

test('an Experiment ends with Error, and keeps what its pods are scaled down by', () => {
  const status = { phase: 'Running', availableAt: '2026-11-30T09:00:00Z', message: LONG } as AnyStatus;
  const [only, ...others] = smallerOutcomes('Experiment', anOutcome(status), NOW, ENDS);
  expect(only?.status).toMatchObject({ phase: 'Error', availableAt: '2026-11-30T09:00:00Z' });
  expect(only?.events).toMatchObject([{ reason: 'ExperimentError' }]);
  expect(only && validateResource({ ...anExperiment(), status: only.status })).toEqual([]);
  expect(others).toEqual([]);
});

test('a Rollout, which is never over, goes on with its texts cut', () => {
  const conditions = [{ type: 'Progressing', status: 'False', message: LONG }];
  const status = { phase: 'Degraded', message: LONG, currentStepIndex: 1, conditions } as AnyStatus;
  const outcome = { ...anOutcome(status), nextAt: NOW };
  const cut = `${'x'.repeat(999)}…`;
  expect([...smallerOutcomes('Rollout', outcome, NOW, [])]).toEqual([
    { ...outcome, status: { ...status, message: cut, conditions: [{ ...conditions[0], message: cut }] } },
  ]);
});
