import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ALL_FACTS } from '../../lib/kinds/facts/registry.ts';
import { ROLLOUT } from '../../lib/kinds/facts/rollout.ts';
import { refOfDetail } from '../../lib/model/change-event.ts';
import {
  OUTCOME_SOURCE,
  outcomeDetailOf,
  outcomeEvents,
  outcomeTypesOf,
  type ToldStatus,
} from '../../lib/model/outcome-event.ts';
import type { RolloutStatus } from '../../lib/model/rollout-status.ts';

const outcomeDetail = outcomeDetailOf(ALL_FACTS);
const OUTCOME_TYPES = outcomeTypesOf(ALL_FACTS);
const ENDS = { ends: ['Successful', 'Failed', 'Error', 'Inconclusive'] };

const ref = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: 'guestbook', uid: 'u1' };
const now = new Date('2026-11-05T10:00:07.250Z');
const result = (failed: number, more: Record<string, unknown> = {}) => ({
  name: 'rate',
  failed,
  measurements: [{ value: '0.9', startedAt: '2026-11-05T10:00:06Z', finishedAt: '2026-11-05T10:00:07Z' }],
  ...more,
});

test.each<{ name: string; before?: ToldStatus; after: ToldStatus; want: readonly string[] }>([
  { name: 'begun', after: { phase: 'Running' }, want: [] },
  { name: 'ended', before: { phase: 'Running' }, after: { phase: 'Successful' }, want: ['AnalysisRun Successful'] },
  { name: 'ended at its first step', after: { phase: 'Error' }, want: ['AnalysisRun Error'] },
  { name: 'over before', before: { phase: 'Failed' }, after: { phase: 'Failed' }, want: [] },
  { name: 'a measurement failed', after: { metricResults: [result(1)] }, want: ['Measurement Failed'] },
  {
    name: 'it had failed before',
    before: { metricResults: [result(1)] },
    after: { metricResults: [result(1)] },
    want: [],
  },
  {
    name: 'it failed again, and that was the end',
    before: { phase: 'Running', metricResults: [result(1)] },
    after: { phase: 'Failed', metricResults: [result(2)] },
    want: ['Measurement Failed', 'AnalysisRun Failed'],
  },
])('$name: $want', ({ before, after, want }) => {
  const events = outcomeEvents(ref, before, after, now, ENDS);
  expect(events.map(({ detailType }) => detailType)).toEqual(want);
  for (const { detailType, detail, source } of events) {
    expect(outcomeDetail.parse(detail)).toEqual(detail);
    expect(OUTCOME_TYPES).toContain(detailType);
    expect(source).toBe('assay');
  }
});

test('an end without a time, as that of an Experiment, is told with the time of the step', () => {
  const [event] = outcomeEvents({ ...ref, kind: 'Experiment' }, {}, { phase: 'Failed', message: 'why' }, now, ENDS);
  expect(event).toMatchObject({
    detailType: 'Experiment Failed',
    detail: { message: 'why', finishedAt: '2026-11-05T10:00:07Z' },
  });
});

test('a metric in dry-run mode is told as one', () => {
  const [event] = outcomeEvents(ref, {}, { metricResults: [result(1, { dryRun: true })] }, now, ENDS);
  expect(event?.detail).toMatchObject({ metric: 'rate', dryRun: true, value: '0.9' });
});

test('what is long is cut', () => {
  const [event] = outcomeEvents(ref, {}, { phase: 'Failed', message: 'x'.repeat(5000) }, now, ENDS);
  expect(event?.detail['message']).toHaveLength(1024);
});

describe('a Rollout tells of each turn once, whatever else its status says', () => {
  const rollout = { ...ref, kind: 'Rollout' };
  const before: RolloutStatus = {
    phase: 'Healthy',
    currentPodHash: 'a',
    stableRS: 'a',
    currentStepIndex: 2,
    currentStepHash: 's',
  };
  const updating: RolloutStatus = { ...before, phase: 'Progressing', currentPodHash: 'b', currentStepIndex: 0 };
  const aborted: RolloutStatus = { ...updating, phase: 'Degraded', abort: true, abortedAt: '2026-11-05T10:00:06Z' };
  test.each<{ name: string; from: RolloutStatus | undefined; to: RolloutStatus; want: readonly string[] }>([
    {
      name: 'the first version',
      from: undefined,
      to: { currentPodHash: 'a', phase: 'Progressing' },
      want: ['Updated'],
    },
    {
      name: 'the first version is there',
      from: { currentPodHash: 'a', phase: 'Progressing' },
      to: { ...before, phase: 'Healthy' },
      want: ['Promoted', 'Healthy'],
    },
    { name: 'another version is wanted', from: before, to: updating, want: ['Updated'] },
    {
      name: 'nothing of this',
      from: updating,
      to: { ...updating, message: 'more replicas need to be updated' },
      want: [],
    },
    { name: 'a step is done', from: updating, to: { ...updating, currentStepIndex: 1 }, want: ['StepCompleted'] },
    { name: 'it waits', from: updating, to: { ...updating, phase: 'Paused' }, want: ['Paused'] },
    {
      name: 'it waits for another reason',
      from: { ...updating, phase: 'Paused' },
      to: { ...updating, phase: 'Paused', message: 'm' },
      want: [],
    },
    {
      name: 'all steps that are left are skipped',
      from: { ...updating, currentStepIndex: 1, promoteFull: true },
      to: { ...updating, currentStepIndex: 2 },
      want: [],
    },
    {
      name: 'other steps are wanted, which is no step done',
      from: updating,
      to: { ...updating, currentStepIndex: 1, currentStepHash: 't' },
      want: [],
    },
    {
      name: 'promoted',
      from: { ...updating, currentStepIndex: 2 },
      to: { ...updating, currentStepIndex: 2, stableRS: 'b', phase: 'Healthy' },
      want: ['Promoted', 'Healthy'],
    },
    { name: 'aborted', from: updating, to: aborted, want: ['Aborted', 'Degraded'] },
    { name: 'still aborted', from: aborted, to: { ...aborted, replicas: 3 }, want: [] },
    { name: 'no progress', from: updating, to: { ...updating, phase: 'Degraded' }, want: ['Degraded'] },
    { name: 'back to the stable version', from: updating, to: before, want: ['Updated', 'Healthy'] },
  ])('$name: $want', ({ from, to, want }) => {
    const events = outcomeEvents(rollout, from, to, now, ROLLOUT);
    expect(events.map(({ detailType }) => detailType)).toEqual(want.map((word) => `Rollout ${word}`));
    for (const { detailType, detail } of events) {
      expect(OUTCOME_TYPES).toContain(detailType);
      expect(outcomeDetail.parse(detail)).toEqual(detail);
    }
  });
});

describe('docs/events.md', () => {
  const found = readFileSync('docs/events.md', 'utf8').matchAll(/```json\n(.*?)```/gs);
  const blocks = [...found].map(([, text = '']) => JSON.parse(text) as Record<string, unknown>);

  test('has the schema', () => {
    const schema = blocks.find((block) => '$schema' in block);
    expect(schema).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(outcomeDetail))));
  });

  test('its outcomes are such as Assay sends', () => {
    const outcomes = blocks.filter(({ source }) => source === OUTCOME_SOURCE);
    expect(outcomes).toHaveLength(4);
    for (const outcome of outcomes) {
      expect(OUTCOME_TYPES).toContain(outcome['detail-type']);
      expect(outcomeDetail.parse(outcome['detail'])).toEqual(outcome['detail']);
    }
  });

  test('its changes are such as Assay understands', () => {
    const changes = blocks.filter(({ source }) => String(source).startsWith('assay.cluster.'));
    expect(changes).toHaveLength(1);
    for (const { detail } of changes) expect(refOfDetail(detail)).toMatchObject({ kind: 'AnalysisRun' });
  });
});
