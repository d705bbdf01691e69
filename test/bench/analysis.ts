import type { AnalysisRun, Measurement, MetricResult } from '../../lib/model/analysis-run.ts';
import { findDue } from '../../lib/analysis/due.ts';
import { advanceRun } from '../../lib/analysis/advance.ts';
import type { Measured } from '../../lib/analysis/record.ts';
import { findCollections } from '../../lib/analysis/retention.ts';
import type { Figure } from './figures.ts';

const START = Date.parse('2026-11-05T10:00:00Z');
const NOW = new Date(START + 3_600_000);
const ROUNDS = 2_000;

/** Times whole steps of the engine, as the kind takes them, without any input or output. */
export function benchAnalysis(): Figure[] {
  const small = aLongRun(10, { measurements: 10, isFinished: false });
  const alone = medianUs(() => step(small), ROUNDS);
  const templated = medianUs(() => step(withArguments(small)), ROUNDS);

  const finished = aLongRun(10_000, { measurements: 1, isFinished: true });
  const crowd = medianUs(() => step(finished), 20);
  const after = medianUs(() => step(small), ROUNDS);
  return [
    { name: 'reconcile 10 metrics with 10 measurements, all due', figure: alone, unit: 'µs', limit: 100 },
    { name: 'the same with arguments in every query', figure: templated, unit: 'µs', limit: 150 },
    { name: 'the same after 10,000 finished metrics of another run', figure: after / alone, unit: '×', limit: 1.5 },
    { name: 'a finished metric in a run of 10,000', figure: crowd / 10_000, unit: 'µs', limit: 20 },
  ];
}

/** The whole of a step: what is due, its measurements, the decision. */
function step(run: AnalysisRun): unknown {
  const due = findDue(run, {}, NOW);
  const tasks = due.is === 'measuring' ? due.tasks : [];
  const measured = tasks.map((task): Measured => ({ task, measurement: aMeasurement(3_600) }));
  const collected = findCollections(run, due, measured).map((collection) => ({ collection, went: 'done' as const }));
  return advanceRun({ object: run, due, measured, collected }, NOW);
}

/** The median, in microseconds. */
function medianUs(run: () => unknown, rounds: number): number {
  for (let round = 0; round < rounds; round += 1) run();
  const times = Array.from({ length: rounds }, () => {
    const began = process.hrtime.bigint();
    run();
    return Number(process.hrtime.bigint() - began) / 1_000;
  });
  return times.toSorted((left, right) => left - right)[Math.floor(rounds / 2)] ?? Infinity;
}

function aLongRun(metrics: number, size: { measurements: number; isFinished: boolean }): AnalysisRun {
  const names = Array.from({ length: metrics }, (_, index) => `metric-${index}`);
  // One that is not finished, or there would be nothing to decide.
  const phaseOf = (index: number) => (size.isFinished && index > 0 ? 'Successful' : 'Running');
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name: 'run', namespace: 'default', uid: 'uid' },
    spec: {
      metrics: names.map((name) => ({
        name,
        interval: '30s',
        count: 100,
        failureLimit: 3,
        successCondition: 'result[0] >= 0.95',
        provider: {
          prometheus: { address: 'http://prometheus:9090', query: `sum(rate(requests{job="${name}"}[5m]))` },
        },
      })),
    },
    status: {
      phase: 'Running',
      startedAt: timeAt(0),
      metricResults: names.map((name, index): MetricResult => ({
        name,
        phase: phaseOf(index),
        count: size.measurements,
        successful: size.measurements,
        consecutiveSuccess: size.measurements,
        measurements: Array.from({ length: size.measurements }, (_, nth) => aMeasurement(30 * nth)),
      })),
    },
  };
}

function withArguments(run: AnalysisRun): AnalysisRun {
  const metrics = run.spec.metrics.map((metric) => ({
    ...metric,
    provider: {
      prometheus: { address: 'http://prometheus:9090', query: 'sum(rate(requests{job="{{args.job}}"}[5m]))' },
    },
  }));
  return { ...run, spec: { ...run.spec, metrics, args: [{ name: 'job', value: 'shop' }] } };
}

function aMeasurement(atSeconds: number): Measurement {
  return { phase: 'Successful', value: '[0.97]', startedAt: timeAt(atSeconds), finishedAt: timeAt(atSeconds) };
}

function timeAt(seconds: number): string {
  return `${new Date(START + seconds * 1_000).toISOString().slice(0, -5)}Z`;
}
