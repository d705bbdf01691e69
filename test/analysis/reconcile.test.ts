import { describe, expect, test } from 'vitest';
import { findDue, type Task } from '../../lib/analysis/due.ts';
import { reconcileAnalysisRun } from '../../lib/analysis/reconcile.ts';
import type { Taken } from '../../lib/analysis/record.ts';
import type { AnalysisRun, AnalysisRunStatus, Metric } from '../../lib/model/analysis-run.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import type { Reading } from '../../lib/model/provider.ts';
import type { Reply } from '../../lib/model/reply.ts';
import { aMeasurement, aMetric, aResult, aRun } from '../builders.ts';

const at = (time: string) => new Date(`2026-11-05T${time}Z`);
const value = (number: number): Reading => ({
  is: 'value',
  result: { type: '[]float64', value: [number] },
  shown: `[${number}]`,
});

/** A step at `now` in which every provider answers at once. */
function step(
  run: AnalysisRun,
  now: Date,
  answer: (task: Task) => Reading,
  replies: readonly Reply[] = [],
): Outcome<AnalysisRunStatus> {
  const due = findDue(run, {}, now);
  const tasks = due.is === 'measuring' ? due.tasks : [];
  const taken = tasks.map((task): Taken => ({
    task,
    startedAt: now,
    went: 'read',
    reading: answer(task),
    finishedAt: now,
  }));
  return reconcileAnalysisRun({ object: run, due, taken, collected: [] }, now, replies);
}

test('readings are judged, counted and told, all in one decision', () => {
  const { status, events, finished } = step(aRun(), at('10:00:00.25'), () => value(0.5));
  expect(status).toMatchObject({
    phase: 'Failed',
    metricResults: [{ phase: 'Failed', failed: 1, measurements: [{ phase: 'Failed', value: '[0.5]' }] }],
  });
  expect(events.map(({ reason }) => reason)).toEqual(['MetricFailed', 'AnalysisRunFailed']);
  expect(finished).toBe(true);
});

const begun = (spec: Partial<AnalysisRun['spec']>): AnalysisRun =>
  aRun({ spec, status: { phase: 'Running', startedAt: '2026-11-05T10:00:00Z' } });

test.each<{ name: string; run: AnalysisRun; now: Date; answer?: (task: Task) => Reading; want: Date | undefined }>([
  {
    name: 'strictly after the interval, to the fraction that only this step knows',
    run: begun({ metrics: [aMetric({ interval: '10s', count: 2 })] }),
    now: at('10:00:00.25'),
    want: at('10:00:10.251'),
  },
  {
    name: 'at once where a metric has failed and others are to be ended',
    run: begun({ metrics: [aMetric({ name: 'bad' }), aMetric({ name: 'later', initialDelay: '1h' })] }),
    now: at('10:00:00.25'),
    answer: () => value(0),
    want: at('10:00:00.25'),
  },
  {
    name: 'ten seconds later for one that is under way, and does not say',
    run: begun({}),
    now: at('10:00:00.25'),
    answer: () => ({ is: 'pending' }),
    want: at('10:00:10.25'),
  },
  {
    name: 'when one under way says so',
    run: begun({}),
    now: at('10:00:00.25'),
    answer: () => ({ is: 'pending', resumeAt: at('10:05:00') }),
    want: at('10:05:00.001'),
  },
  {
    name: 'at the end of its time to live, for one that has ended',
    run: begun({ ttlStrategy: { secondsAfterCompletion: 30 } }),
    now: at('10:00:00.25'),
    want: at('10:00:31'),
  },
  { name: 'never, once nothing is left to do', run: begun({}), now: at('10:00:00.25'), want: undefined },
  {
    name: 'at the old time, where nothing was due yet',
    run: aRun({
      spec: { metrics: [aMetric({ interval: '30s', count: 2 })] },
      status: {
        phase: 'Running',
        startedAt: '2026-11-05T10:00:00Z',
        metricResults: [aResult({ count: 1, measurements: [aMeasurement()] })],
      },
    }),
    now: at('10:00:20.25'),
    want: at('10:00:31.001'),
  },
])('the next look: $name', ({ run, now, answer = () => value(1), want }) => {
  expect(step(run, now, answer).nextAt).toStrictEqual(want);
});

describe('an interval below the floor', () => {
  const HURRIED = 'Metric "success-rate" asks for an interval of 10ms and is measured every 1s at most';
  const hurried = (more: Partial<Metric> = {}) =>
    begun({ metrics: [aMetric({ interval: '10ms', count: 4, ...more })] });

  test('is told once, as long as the run has nothing else to say', () => {
    let run = hurried();
    const told: (string | undefined)[] = [];
    for (let now = at('10:00:00.25'), steps = 0; steps < 4; steps += 1) {
      const { status, nextAt } = step(run, now, () => value(1));
      told.push(status.message);
      // Words of somebody else stay as they are.
      run = { ...run, status: steps === 1 ? { ...status, message: 'seen' } : status };
      now = nextAt ?? now;
    }
    expect(told).toEqual([HURRIED, HURRIED, 'seen', undefined]);
  });

  test.each<{ name: string; run: AnalysisRun; want?: string; nextAt?: Date }>([
    { name: 'is a second at least, and says so', run: hurried(), want: HURRIED, nextAt: at('10:00:01.25') },
    {
      name: 'below nothing, too',
      run: hurried({ interval: '-1s' }),
      want: HURRIED.replace('10ms', '-1s'),
      nextAt: at('10:00:01.25'),
    },
    { name: 'says nothing where nothing more is measured', run: hurried({ count: 1 }) },
    { name: 'says nothing of a second', run: hurried({ interval: '1s' }), nextAt: at('10:00:01.251') },
    {
      name: 'says nothing where a metric has ended that asked for it',
      run: begun({
        metrics: [aMetric({ interval: '10ms', count: 1 }), aMetric({ name: 'slow', interval: '30s', count: 2 })],
      }),
      nextAt: at('10:00:30.251'),
    },
  ])('$name', ({ run, want, nextAt }) => {
    const { status, nextAt: next } = step(run, at('10:00:00.25'), () => value(1));
    expect([status.message, next]).toEqual([want, nextAt]);
  });
});

test('a change that failed fails the step, and is tried again', () => {
  const over = aRun({
    spec: { ttlStrategy: { secondsAfterCompletion: 5 } },
    status: { phase: 'Successful', completedAt: '2026-11-05T10:00:00Z' },
  });
  const now = at('10:01:00');
  expect(step(over, now, () => value(1))).toMatchObject({ changes: [{ verb: 'delete' }], nextAt: undefined });
  expect(step(over, now, () => value(1), [{ went: 'failed', message: 'no right' }]).failure).toBe('no right');
});
