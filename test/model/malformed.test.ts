import { expect, test } from 'vitest';
import { findMalformation } from '../../lib/model/malformed.ts';
import { aRun } from '../builders.ts';

test.each([
  { name: 'a run as it should be', object: aRun(), want: undefined },
  { name: 'fields that nobody knows', object: { ...aRun(), spec: { metrics: [], future: 1 } }, want: undefined },
  {
    name: 'a list for a time, which API servers let through',
    object: { ...aRun(), status: { phase: 'Running', startedAt: ['2026-11-05T10:00:00Z'] } },
    want: 'status.startedAt: expected a string, got a list',
  },
  { name: 'no spec', object: { ...aRun(), spec: null }, want: 'spec: required, but missing' },
  {
    name: 'metrics that are none',
    object: { ...aRun(), spec: { metrics: [null] } },
    want: 'spec.metrics[0]: expected an object, got null',
  },
])('$name', ({ object, want }) => {
  expect(findMalformation(object)).toBe(want);
  expect(findMalformation(object)).toBe(want);
});
