import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FACTS } from '../../lib/kinds/facts/registry.ts';
import { refOfDetail } from '../../lib/model/change-event.ts';
import {
  OUTCOME_SOURCE,
  outcomeDetailOf,
  outcomeEvents,
  outcomeTypesOf,
  type ToldStatus,
} from '../../lib/model/outcome-event.ts';

const outcomeDetail = outcomeDetailOf(FACTS);
const OUTCOME_TYPES = outcomeTypesOf(FACTS);
const ENDS = ['Successful', 'Failed', 'Error', 'Inconclusive'];

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

describe('docs/events.md', () => {
  const found = readFileSync('docs/events.md', 'utf8').matchAll(/```json\n(.*?)```/gs);
  const blocks = [...found].map(([, text = '']) => JSON.parse(text) as Record<string, unknown>);

  test('has the schema', () => {
    const schema = blocks.find((block) => '$schema' in block);
    expect(schema).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(outcomeDetail))));
  });

  test('its outcomes are such as Assay sends', () => {
    const outcomes = blocks.filter(({ source }) => source === OUTCOME_SOURCE);
    expect(outcomes).toHaveLength(3);
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
