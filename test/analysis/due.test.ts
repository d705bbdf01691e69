import { describe, expect, test } from 'vitest';
import { findDue, findNextAt, secretsNeeded } from '../../lib/analysis/due.ts';
import type { AnalysisRun, AnalysisRunSpec, Measurement, Metric } from '../../lib/model/analysis-run.ts';
import { aMeasurement, aMetric, aResult, aRun } from '../builders.ts';

/** Ten o'clock, and so many seconds. */
function at(seconds: number): Date {
  return new Date(Date.parse('2026-11-05T10:00:00Z') + seconds * 1_000);
}

/** A metric every ten seconds, five times, in a run that began at ten. */
function aStartedRun(metric: Partial<Metric>, measurements: Measurement[] = [], spec: Partial<AnalysisRunSpec> = {}) {
  return aRun({
    spec: { metrics: [aMetric({ count: 5, interval: '10s', ...metric })], ...spec },
    status: {
      phase: 'Running',
      startedAt: '2026-11-05T10:00:00Z',
      metricResults: [aResult({ measurements, count: measurements.length })],
    },
  });
}

const ended = aMeasurement();
const failedToMeasure = aMeasurement({ phase: 'Error' });
const underWay: Measurement = { phase: 'Running', startedAt: '2026-11-05T10:00:00Z' };
const waiting: Measurement = { ...underWay, resumeAt: '2026-11-05T10:00:09Z' };
const stopped = { terminate: true };
/** What the schema refuses, but an API server may have kept. */
const withoutMetrics = { ...aRun(), spec: {} as AnalysisRunSpec };
const delayed = { metrics: [aMetric({ initialDelay: '0s' })] };

function taskOf(run: AnalysisRun, seconds: number): string | undefined {
  const due = findDue(run, {}, at(seconds));
  return due.is === 'measuring' ? due.tasks[0]?.does : due.is;
}

describe('the task that is due', () => {
  test.each([
    { name: 'the first, at once', run: aRun(), seconds: 0, want: 'run' },
    {
      name: 'the first with a delay, before the run has begun',
      run: aRun({ spec: delayed }),
      seconds: 0,
      want: undefined,
    },
    {
      name: 'the first, before its delay is over',
      run: aStartedRun({ initialDelay: '30s' }),
      seconds: 29.999,
      want: undefined,
    },
    { name: 'the first, at the end of its delay', run: aStartedRun({ initialDelay: '30s' }), seconds: 30, want: 'run' },
    {
      name: 'the first, a nanosecond before the end of its delay',
      run: aStartedRun({ initialDelay: '30s1ns' }),
      seconds: 30,
      want: undefined,
    },
    {
      name: 'the next, a nanosecond after the interval',
      run: aStartedRun({ interval: '9.999999999s' }, [ended]),
      seconds: 11,
      want: 'run',
    },
    { name: 'the next, at the very end of the interval', run: aStartedRun({}, [ended]), seconds: 11, want: undefined },
    { name: 'the next, after it', run: aStartedRun({}, [ended]), seconds: 11.001, want: 'run' },
    {
      name: 'after an error, whatever the interval',
      run: aStartedRun({ interval: '1h' }, [failedToMeasure]),
      seconds: 11.001,
      want: 'run',
    },
    { name: 'none beyond the count', run: aStartedRun({ count: 1 }, [ended]), seconds: 60, want: undefined },
    { name: 'one under way', run: aStartedRun({}, [underWay]), seconds: 1, want: 'resume' },
    { name: 'one under way, before its time', run: aStartedRun({}, [waiting]), seconds: 8.9, want: undefined },
    { name: 'one under way, at its time', run: aStartedRun({}, [waiting]), seconds: 9, want: 'resume' },
    { name: 'one under way, once stopped', run: aStartedRun({}, [waiting], stopped), seconds: 1, want: 'terminate' },
    { name: 'nothing new, once stopped', run: aStartedRun({}, [ended], stopped), seconds: 60, want: undefined },
    { name: 'nothing of a run that is over', run: aRun({ status: { phase: 'Failed' } }), seconds: 0, want: 'finished' },
    {
      name: 'nothing of a run that is being deleted, whatever is under way',
      run: { ...aStartedRun({}, [underWay]), metadata: { deletionTimestamp: '2026-11-05T10:00:00Z' } },
      seconds: 1,
      want: 'finished',
    },
    { name: 'nothing of a run that is invalid', run: aRun({ spec: { metrics: [] } }), seconds: 0, want: 'refused' },
    { name: 'nothing of one without metrics', run: withoutMetrics, seconds: 0, want: 'refused' },
  ])('$name: $want', ({ run, seconds, want }) => {
    expect(taskOf(run, seconds)).toBe(want);
  });
});

describe('when the run wants to be looked at again', () => {
  test.each([
    { name: 'after the interval', run: aStartedRun({}, [ended]), want: at(11) },
    { name: 'in whole milliseconds', run: aStartedRun({ interval: '9.9999999999s' }, [ended]), want: at(10.999) },
    { name: 'ten seconds after an error', run: aStartedRun({ interval: '1h' }, [failedToMeasure]), want: at(11) },
    { name: 'at the end of the delay', run: aStartedRun({ initialDelay: '1m' }), want: at(60) },
    { name: 'when the measurement under way says', run: aStartedRun({}, [waiting]), want: at(9) },
    { name: 'not for one that does not say', run: aStartedRun({}, [underWay]), want: undefined },
    { name: 'not for one that was never begun', run: aStartedRun({}), want: undefined },
    { name: 'not once the count is reached', run: aStartedRun({ count: 1 }, [ended]), want: undefined },
    { name: 'not without an interval', run: aStartedRun({ interval: '' }, [ended]), want: undefined },
    {
      name: 'from now, before the run has begun',
      run: aRun({ spec: delayed, status: { phase: 'Running' } }),
      want: at(5),
    },
  ])('$name', ({ run, want }) => {
    expect(findNextAt(run.spec.metrics, run.status ?? { phase: '' }, at(5))).toStrictEqual(want);
  });

  test('the earliest of several', () => {
    const run = aStartedRun({}, [ended]);
    const metrics = [aMetric({ name: 'later', initialDelay: '1h' }), ...run.spec.metrics];
    expect(findNextAt(metrics, run.status ?? { phase: '' }, at(5))).toStrictEqual(at(11));
  });
});

describe('secrets', () => {
  const token = { name: 'token', valueFrom: { secretKeyRef: { name: 'shop', key: 'token' } } };
  const web = aMetric({ provider: { web: { url: 'http://x/{{args.token}}' } } });
  const run = aRun({ spec: { metrics: [web], args: [token, { ...token, name: 'again' }, { name: 'a', value: '1' }] } });

  test('each is asked for once, and only while there is something to do', () => {
    expect(secretsNeeded(run)).toStrictEqual(['shop']);
    expect(secretsNeeded({ ...run, status: { phase: 'Error' } })).toStrictEqual([]);
    expect(secretsNeeded(aRun())).toStrictEqual([]);
  });

  test('the provider gets the value, everything else a placeholder', () => {
    const due = findDue(run, { shop: { values: { token: 's3cr3t' } } }, at(0));
    expect(due).toMatchObject({
      tasks: [{ metric: { provider: { web: { url: 'http://x/s3cr3t' } } } }],
      prepared: { metrics: [{ provider: { web: { url: 'http://x/temp-for-secret' } } }] },
      secretValues: ['s3cr3t'],
    });
  });

  test.each([
    { name: 'missing', run, want: 'Unable to resolve metric arguments: secrets "shop" not found' },
    {
      name: 'as an interval',
      run: aRun({ spec: { metrics: [aMetric({ interval: '{{args.token}}' })], args: [token] } }),
      want: 'Analysis spec invalid: metrics[0]: invalid interval string: time: invalid duration "temp-for-secret"',
    },
  ])('$name: the run cannot go on', ({ run: given, want }) => {
    expect(findDue(given, {}, at(0))).toStrictEqual({ is: 'refused', message: want });
  });

  test('what is a bug is no problem of the run', () => {
    const broken = aRun({ spec: { metrics: [aMetric({ count: 1.5 })] } });
    expect(() => findDue(broken, {}, at(0))).toThrow(RangeError);
  });
});
