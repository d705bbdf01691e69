import type { Measurement, MetricResult } from '../model/analysis-run.ts';
import type { Metadata } from '../model/provider.ts';
import { omitEmpty } from '../model/empty.ts';
import type { Prepared, Task } from './due.ts';
import { isFinished } from './phases.ts';
import { type Redactor, redactorOf } from './redact.ts';

/** What came of a task. */
export interface Taken {
  readonly task: Task;
  /** Takes the place of the one that was under way. Its times may have fractions of a second. */
  readonly measurement: Measurement;
  /** For `metricResults[].metadata`, where it was the metric's first. */
  readonly metadata?: Metadata;
  /** Secrets beside those of the run's arguments that the provider used. */
  readonly secretValues?: readonly string[];
}

/**
 * The measurement of a task whose provider could not be set up: an error; what was measured so far stays in it.
 * @param message  of the error
 */
export function unavailable(task: Task, message: string, now: Date): Measurement {
  const before = task.measurement ?? { startedAt: now.toISOString() };
  return { ...before, phase: 'Error', message };
}

/**
 * Enters what was measured into the metrics' results, without the secrets in it, and counts it.
 *
 * @returns all results; those of metrics that the run has, in its order, before those it has no longer
 * @source  runMeasurements in analysis/analysis.go of argoproj/argo-rollouts
 */
export function record(
  before: readonly MetricResult[],
  taken: readonly Taken[],
  { metrics, dryRun }: Prepared,
  secretValues: readonly string[],
  now: Date,
): readonly MetricResult[] {
  if (taken.length === 0) return before;
  const results = [...before];
  const redactor = redactorOf([...secretValues, ...taken.flatMap((one) => one.secretValues ?? [])]);
  for (const one of taken) {
    const { name } = one.task.metric;
    const at = results.findIndex((result) => result.name === name);
    const result = results[at] ?? newResult(name, dryRun.has(name), redactor.metadata(one.metadata ?? {}));
    results[at === -1 ? results.length : at] = withMeasurement(result, one, redactor, now);
  }
  const places = new Map(metrics.map(({ name }, index) => [name, index]));
  const placeOf = ({ name }: MetricResult) => places.get(name) ?? metrics.length;
  return results.toSorted((left, right) => placeOf(left) - placeOf(right));
}

function newResult(name: string, dryRun: boolean, metadata: Metadata): MetricResult {
  return { name, phase: 'Running', dryRun, metadata: { ...metadata } };
}

function withMeasurement(
  result: MetricResult,
  { task, measurement }: Taken,
  redactor: Redactor,
  now: Date,
): MetricResult {
  const ended =
    task.does === 'terminate' && (measurement.phase === 'Successful' || measurement.phase === 'Inconclusive');
  const message = ended ? 'Metric Terminated' : (measurement.message ?? '');
  const finishedAt = measurement.finishedAt ?? (isFinished(measurement.phase) ? now.toISOString() : undefined);
  const entry = omitEmpty<Measurement>({ ...redactor.measurement({ ...measurement, message }), finishedAt });
  const earlier = result.measurements ?? [];
  const measurements = [...(task.does === 'run' ? earlier : earlier.slice(0, -1)), entry];
  return omitEmpty<MetricResult>({ ...result, ...countOf(result, measurement), measurements });
}

/** The counters as they are after a measurement. Any non-error ends a row of errors, any non-success one of successes. */
function countOf(result: MetricResult, { phase }: Measurement): Partial<MetricResult> {
  const { count = 0, successful = 0, failed = 0, inconclusive = 0, error = 0 } = result;
  const { consecutiveError = 0, consecutiveSuccess = 0 } = result;
  switch (phase) {
    case 'Successful':
      return {
        count: count + 1,
        successful: successful + 1,
        consecutiveError: 0,
        consecutiveSuccess: consecutiveSuccess + 1,
      };
    case 'Failed':
      return { count: count + 1, failed: failed + 1, consecutiveError: 0, consecutiveSuccess: 0 };
    case 'Inconclusive':
      return { count: count + 1, inconclusive: inconclusive + 1, consecutiveError: 0, consecutiveSuccess: 0 };
    case 'Error':
      return { error: error + 1, consecutiveError: consecutiveError + 1, consecutiveSuccess: 0 };
    default:
      return {};
  }
}
