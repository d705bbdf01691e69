import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueAt, POLL_MS } from '../../lib/analysis/due-at.ts';
import { prepare } from '../../lib/analysis/due.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import { aMeasurement, aMetric, aResult, aRun } from '../builders.ts';

const at = (text: string) => new Date(`2026-11-05T${text}Z`);
const now = at('10:00:20');

/** Begun at 10:00:00, its metric measured until 10:00:01. */
function aBegunRun(spec: Partial<AnalysisRun['spec']> = {}, result: Parameters<typeof aResult>[0] = {}): AnalysisRun {
  const metricResults = [aResult({ count: 1, measurements: [aMeasurement()], ...result })];
  return aRun({ spec, status: { phase: 'Running', startedAt: '2026-11-05T10:00:00Z', metricResults } });
}
const every = (interval: string) => ({ metrics: [aMetric({ interval })] });
const inFlight = (resumeAt?: string) => ({
  measurements: [{ phase: 'Running' as const, startedAt: '2026-11-05T10:00:05Z', ...(resumeAt && { resumeAt }) }],
});
const finished = (label?: string, ttl?: number): AnalysisRun =>
  aRun({
    metadata: label === undefined ? {} : { labels: { 'assay.dev/finished': label } },
    spec: ttl === undefined ? {} : { ttlStrategy: { secondsAfterCompletion: ttl } },
    status: { phase: 'Successful', completedAt: '2026-11-05T10:00:00Z' },
  });

test.each<{ name: string; run: AnalysisRun; polledAt?: Date; want: Date | undefined }>([
  { name: 'a run that has not begun: now', run: aRun(), want: now },
  { name: 'strictly after the interval', run: aBegunRun(every('30s')), want: at('10:00:31.001') },
  { name: 'overdue: now', run: aBegunRun(every('5s')), want: now },
  {
    name: 'ten seconds after an error',
    run: aBegunRun(every('1h'), {
      measurements: [aMeasurement({ phase: 'Error', finishedAt: '2026-11-05T10:00:15Z' })],
    }),
    want: at('10:00:25.001'),
  },
  { name: 'a run that is told to end: now', run: aBegunRun({ ...every('1h'), terminate: true }), want: now },
  { name: 'a run with a metric that failed: now', run: aBegunRun(every('1h'), { phase: 'Failed' }), want: now },
  { name: 'a run that cannot go on: now', run: aBegunRun(every('nonsense')), want: now },
  {
    name: 'an initial delay',
    run: aRun({
      spec: { metrics: [aMetric({ initialDelay: '1m' })] },
      status: { phase: 'Running', startedAt: '2026-11-05T10:00:00Z' },
    }),
    want: at('10:01:00.001'),
  },
  {
    name: 'a measurement that says when to look again',
    run: aBegunRun({}, inFlight('2026-11-05T10:00:40Z')),
    want: at('10:00:40.001'),
  },
  { name: 'one whose time has come: now', run: aBegunRun({}, inFlight('2026-11-05T10:00:10Z')), want: now },
  {
    name: 'one that does not say, polled just now',
    run: aBegunRun({}, inFlight()),
    polledAt: now,
    want: at('10:00:30'),
  },
  {
    name: 'one that does not say, as a stranger finds it: a poll after it began',
    run: aBegunRun({}, inFlight()),
    want: at('10:00:15'),
  },
  { name: 'finished, and not labelled yet: now', run: finished(), want: now },
  { name: 'finished and labelled: nothing is left to do', run: finished('true'), want: undefined },
  { name: 'finished with a time to live', run: finished(undefined, 30), want: at('10:00:31') },
  {
    name: 'being deleted: nothing is left to do',
    run: aRun({ metadata: { deletionTimestamp: '2026-11-05T10:00:00Z' } }),
    want: undefined,
  },
])('$name', ({ run, polledAt, want }) => {
  expect(dueAt(run, now, polledAt)).toEqual(want);
});

test('the poll of a measurement without a start counts from now', () => {
  const run = aBegunRun({}, { measurements: [{ phase: 'Running' }] });
  expect(dueAt(run, now)).toEqual(new Date(now.getTime() + POLL_MS));
});

test('until the last measurement is taken there is always a next step', () => {
  const seconds = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(seconds, seconds, (interval, passed) => {
      const due = dueAt(aBegunRun(every(`${interval}s`)), new Date(at('10:00:01').getTime() + passed * 1000));
      expect(due?.getTime()).toBeGreaterThan(at('10:00:01').getTime());
    }),
  );
});

test('who has prepared the run already hands that in, and it is not done again', () => {
  const known = prepare(aBegunRun(every('30s')));
  expect(dueAt(aBegunRun(every('nonsense')), now, now, known)).toStrictEqual(at('10:00:31.001'));
});
