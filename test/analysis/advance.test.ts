import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findDue, type Task } from '../../lib/analysis/due.ts';
import { advanceRun } from '../../lib/analysis/advance.ts';
import type { Measured } from '../../lib/analysis/record.ts';
import { findCollections } from '../../lib/analysis/retention.ts';
import { isTtlExceeded, ttlExpiresAt } from '../../lib/analysis/ttl.ts';
import type {
  AnalysisPhase,
  AnalysisRun,
  AnalysisRunStatus,
  Measurement,
  Metric,
} from '../../lib/model/analysis-run.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import { aMeasurement, aMetric, aResult, aRun } from '../builders.ts';

const START = Date.parse('2026-11-05T10:00:00.25Z');

type Answer = (task: Task, now: Date) => Measurement;

/** One step, with every measurement answered at once and every collection done. */
function step(run: AnalysisRun, now: Date, answer: Answer): Outcome<AnalysisRunStatus> & { tasks: readonly Task[] } {
  const due = findDue(run, {}, now);
  const tasks = due.is === 'measuring' ? due.tasks : [];
  const measured = tasks.map((task): Measured => ({ task, measurement: answer(task, now) }));
  const collected = findCollections(run, due, measured).map((collection) => ({ collection, went: 'done' as const }));
  return { ...advanceRun({ object: run, due, measured, collected }, now), tasks };
}

const succeed: Answer = (_task, now) => ({
  phase: 'Successful',
  startedAt: now.toISOString(),
  finishedAt: now.toISOString(),
});

describe('a run that ends before it begins', () => {
  const specs = [
    { name: 'an invalid specification', spec: { metrics: [aMetric({ interval: '1x' })] } },
    { name: 'an argument without a value', spec: { args: [{ name: 'x' }], metrics: [aMetric()] } },
  ];
  test.each(specs)('$name: removed after its time to live', ({ spec }) => {
    const run = aRun({ spec: { ...spec, ttlStrategy: { secondsAfterCompletion: 3 } } });
    const { status, finished } = step(run, new Date(START), succeed);
    expect(status).toMatchObject({ phase: 'Error', completedAt: '2026-11-05T10:00:00Z' });
    expect(finished).toBe(false);
    const ended = { ...run, status };
    expect(step(ended, new Date(START + 3000), succeed).changes).toEqual([]);
    expect(step(ended, new Date(START + 4000), succeed).changes).toMatchObject([{ verb: 'delete' }]);
  });

  test.each(specs)('$name: without a time to live it has no end, as in Argo', ({ spec }) => {
    const { status, finished } = step(aRun({ spec }), new Date(START), succeed);
    expect(status).toMatchObject({ phase: 'Error' });
    expect(status).not.toHaveProperty('completedAt');
    expect(finished).toBe(true);
  });
});

describe('what comes of a run', () => {
  test('one measurement, successful: times are kept in whole seconds', () => {
    const outcome = step(aRun(), new Date(START), succeed);
    expect(outcome).toMatchObject({
      nextAt: undefined,
      finished: true,
      status: {
        phase: 'Successful',
        startedAt: '2026-11-05T10:00:00Z',
        completedAt: '2026-11-05T10:00:00Z',
        metricResults: [{ measurements: [{ startedAt: '2026-11-05T10:00:00Z', finishedAt: '2026-11-05T10:00:00Z' }] }],
      },
    });
  });

  test('of two results of one name the first is added to and judged, and the other stays', () => {
    const other = aResult({ count: 3, measurements: [aMeasurement()] });
    const run = aRun({ status: { phase: 'Running', metricResults: [aResult(), other] } });
    const { status } = step(run, new Date(START), succeed);
    expect(status.metricResults).toMatchObject([{ phase: 'Successful', count: 1 }, other]);
  });

  test('the next time is told from the unrounded end of the measurement', () => {
    const run = aRun({ spec: { metrics: [aMetric({ interval: '10s' })] } });
    expect(step(run, new Date(START), succeed)).toMatchObject({ nextAt: new Date(START + 10_000), finished: false });
  });

  test('a measurement may have no start', () => {
    const { status } = step(aRun(), new Date(START), () => ({ phase: 'Running', resumeAt: '2026-11-05T10:00:30.5Z' }));
    expect(status.metricResults?.[0]?.measurements).toStrictEqual([
      { phase: 'Running', resumeAt: '2026-11-05T10:00:30Z' },
    ]);
  });

  test('one that is deleted before it began is left alone', () => {
    const leaving = aRun({ metadata: { deletionTimestamp: '2026-11-05T10:00:00Z' } });
    expect(step(leaving, new Date(START), succeed)).toMatchObject({
      status: { phase: '' },
      tasks: [],
      finished: false,
    });
  });

  test('an invalid specification ends it, and leaves everything else alone', () => {
    const status: AnalysisRunStatus = { phase: 'Running', startedAt: '2026-11-05T10:00:00Z', metricResults: [] };
    const run = aRun({ spec: { metrics: [] }, status });
    expect(step(run, new Date(START), succeed)).toStrictEqual({
      status: { ...status, runSummary: {}, phase: 'Error', message: 'Analysis spec invalid: no metrics specified' },
      nextAt: undefined,
      events: [{ type: 'Warning', reason: 'AnalysisRunError', message: 'Analysis Completed. Result: Error' }],
      changes: [],
      finished: true,
      tasks: [],
    });
  });
});

const at = (time: string) => new Date(`2026-11-05T${time}Z`);

describe('time to live', () => {
  const ttl = { secondsAfterCompletion: 30, secondsAfterSuccess: 60 };
  const finishedAs = (phase: AnalysisPhase, spec: Partial<AnalysisRun['spec']> = { ttlStrategy: ttl }) =>
    aRun({ spec, status: { phase, completedAt: '2026-11-05T10:00:00Z' } });

  test.each([
    { name: 'success, its own limit though longer', run: finishedAs('Successful'), want: '10:01:01' },
    { name: 'failure, the general limit', run: finishedAs('Failed'), want: '10:00:31' },
    {
      name: 'failure, its own',
      run: finishedAs('Failed', { ttlStrategy: { secondsAfterFailure: 5 } }),
      want: '10:00:06',
    },
    { name: 'error, the general limit', run: finishedAs('Error'), want: '10:00:31' },
  ])('$name', ({ run, want }) => {
    const expiresAt = at(want);
    expect(ttlExpiresAt(run)).toStrictEqual(expiresAt);
    expect(isTtlExceeded(run, expiresAt)).toBe(true);
    expect(isTtlExceeded(run, new Date(expiresAt.getTime() - 1))).toBe(false);
  });

  test.each([
    { name: 'no limit', run: finishedAs('Successful', {}) },
    { name: 'a limit for failures only', run: finishedAs('Successful', { ttlStrategy: { secondsAfterFailure: 1 } }) },
    { name: 'a limit for successes only', run: finishedAs('Failed', { ttlStrategy: { secondsAfterSuccess: 1 } }) },
    { name: 'the same, for an error', run: finishedAs('Error', { ttlStrategy: { secondsAfterSuccess: 1 } }) },
    { name: 'not over', run: finishedAs('Running') },
    { name: 'ended without a time', run: aRun({ spec: { ttlStrategy: ttl }, status: { phase: 'Error' } }) },
  ])('$name: it stays', ({ run }) => {
    expect(ttlExpiresAt(run)).toBeUndefined();
    expect(isTtlExceeded(run, at('23:00:00'))).toBe(false);
  });

  test('once it is over the run is deleted, and until then it is not finished with', () => {
    const run = finishedAs('Failed');
    const target = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      namespace: 'shop',
      name: 'guestbook-6fd5',
    };
    expect(step(run, at('10:00:31'), succeed)).toMatchObject({
      changes: [{ verb: 'delete', target: { ...target, uid: '5a1c' } }],
      finished: false,
      status: run.status,
    });
    expect(step(run, at('10:00:30'), succeed).changes).toStrictEqual([]);
    const leaving = { ...run, metadata: { ...run.metadata, deletionTimestamp: '2026-11-05T10:00:20Z' } };
    expect(step(leaving, at('10:00:31'), succeed).changes).toStrictEqual([]);
    expect(step({ ...run, metadata: {} }, at('10:00:31'), succeed).changes).toStrictEqual([
      { verb: 'delete', target: { ...target, namespace: '', name: '' } },
    ]);
  });
});

describe('whatever happens', () => {
  const limit = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
  const metrics = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      interval: fc.constantFrom('1s', '5s', '1m'),
      count: fc.integer({ min: 6, max: 20 }),
      initialDelay: fc.constantFrom('', '3s'),
      failureLimit: limit,
      inconclusiveLimit: limit,
      consecutiveErrorLimit: limit,
    }),
    { selector: ({ name }) => name, minLength: 1 },
  );
  const phases = fc.array(fc.constantFrom<AnalysisPhase>('Successful', 'Failed', 'Inconclusive', 'Error', 'Running'), {
    minLength: 1,
  });
  const waits = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 40 });
  const lives = fc.record({
    metrics,
    phases,
    waits,
    keep: fc.integer({ min: 1, max: 4 }),
    stopAt: fc.integer({ min: 0, max: 60 }),
  });

  /** Lives a run's life; `look` sees every step: the run before it, the clock, and the outcome. */
  function live(
    life: typeof lives extends fc.Arbitrary<infer Life> ? Life : never,
    look: (run: AnalysisRun, now: Date, outcome: ReturnType<typeof step>, answer: Answer) => void,
  ): void {
    let asked = 0;
    const answer: Answer = (_task, now) => {
      const phase = life.phases[asked++ % life.phases.length] ?? 'Successful';
      const finishedAt = phase === 'Running' ? {} : { finishedAt: now.toISOString() };
      return { phase, startedAt: now.toISOString(), ...finishedAt };
    };
    let run = aRun({
      spec: {
        metrics: life.metrics.map((metric) => aMetric(withoutUndefined(metric))),
        measurementRetention: [{ metricName: '.', limit: life.keep }],
      },
    });
    let nowMs = START;
    for (const [index, wait] of life.waits.entries()) {
      nowMs += wait;
      if (index === life.stopAt) run = { ...run, spec: { ...run.spec, terminate: true } };
      const outcome = step(run, new Date(nowMs), answer);
      look(run, new Date(nowMs), outcome, answer);
      run = { ...run, status: outcome.status };
    }
  }

  /** Looks at every step of many lives. @returns how often `look` had something to say */
  function lookAtLives(look: (...seen: Parameters<Parameters<typeof live>[1]>) => boolean): number {
    let looked = 0;
    fc.assert(
      fc.property(lives, (life) => {
        live(life, (...seen) => {
          if (look(...seen)) looked += 1;
        });
      }),
    );
    return looked;
  }

  test('reconciling twice at one time changes nothing but what the first has brought about', () => {
    const looked = lookAtLives((run, now, outcome, answer) => {
      const again = step({ ...run, status: outcome.status }, now, answer);
      if (again.tasks.length > 0 || hasJustFailed(run.status, outcome.status)) return false;
      expect(again.status).toStrictEqual(outcome.status);
      expect(again.events).toStrictEqual([]);
      return true;
    });
    expect(looked).toBeGreaterThan(100);
  });

  test('reconciling early measures nothing', () => {
    const looked = lookAtLives((run, now, { status, nextAt }) => {
      const isUnderWay = status.metricResults?.some(
        ({ measurements = [] }) => measurements.at(-1)?.finishedAt === undefined,
      );
      // Stored times are up to a second earlier than those that the next time was told from.
      const early = nextAt === undefined ? undefined : new Date(nextAt.getTime() - 1_000);
      if (early === undefined || early < now || isUnderWay) return false;
      expect(step({ ...run, status }, early, succeed).tasks).toStrictEqual([]);
      return true;
    });
    expect(looked).toBeGreaterThan(100);
  });

  test('no measurement is lost but by retention, which keeps the newest', () => {
    const looked = lookAtLives((run, _now, { status, tasks }) => {
      const keep = run.spec.measurementRetention?.[0]?.limit ?? 0;
      for (const { name, measurements = [] } of run.status?.metricResults ?? []) {
        const after = status.metricResults?.find((result) => result.name === name)?.measurements ?? [];
        const task = tasks.find(({ metric }) => metric.name === name)?.does;
        const begun = task === 'run' ? 1 : 0;
        const stable = task === 'resume' || task === 'terminate' ? measurements.slice(0, -1) : measurements;
        const dropped = measurements.length + begun - after.length;
        expect(dropped).toBe(Math.max(0, measurements.length + begun - keep));
        expect(after.slice(0, stable.length - dropped)).toStrictEqual(stable.slice(dropped));
      }
      return true;
    });
    expect(looked).toBeGreaterThan(100);
  });

  test('a finished run never changes', () => {
    const looked = lookAtLives((run, _now, { status, tasks, events }) => {
      if (run.status?.completedAt === undefined) return false;
      expect(status).toBe(run.status);
      expect([...tasks, ...events]).toStrictEqual([]);
      return true;
    });
    expect(looked).toBeGreaterThan(100);
  });
});

function isBad(phase: AnalysisPhase | undefined): boolean {
  return phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive';
}

/** A metric that fails ends the others at the next look, not before. */
function hasJustFailed(before: AnalysisRunStatus | undefined, after: AnalysisRunStatus): boolean {
  return (after.metricResults ?? []).some(
    ({ name, phase }) => isBad(phase) && !isBad(before?.metricResults?.find((result) => result.name === name)?.phase),
  );
}

function withoutUndefined(metric: { readonly [Field in keyof Metric]?: Metric[Field] | undefined }): Partial<Metric> {
  return Object.fromEntries(Object.entries(metric).filter(([, value]) => value !== undefined));
}
