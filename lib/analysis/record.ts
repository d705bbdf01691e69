import type { AnalysisRun, Measurement, MetricResult } from '../model/analysis-run.ts';
import type { Metadata, Reading } from '../model/provider.ts';
import { cutAndCount } from '../model/cut.ts';
import { omitEmpty } from '../model/empty.ts';
import { LIMITS } from '../model/limits.ts';
import type { Prepared, Task } from './due.ts';
import { measurementOf } from './measurement.ts';
import { isFinished } from './phases.ts';
import { redact, redactMeasured } from './redact.ts';
import { resultsOf } from './results.ts';

/** What came of a task: readings, which nobody has judged yet. */
export type Taken = {
  readonly task: Task;
  /** When its provider was asked. */
  readonly startedAt: Date;
  /** What its provider read of Secrets, beside those of the run's arguments: nothing that is written may hold it. */
  readonly secretValues?: readonly string[];
} & (
  | {
      readonly went: 'read';
      readonly reading: Reading;
      readonly finishedAt: Date;
      /** For `metricResults[].metadata`, where the metric's result is to be made. */
      readonly metadata?: Metadata;
    }
  /** The provider could not be set up, or threw. */
  | { readonly went: 'failed'; readonly message: string }
  /** Its provider cannot look again at what is under way. */
  | { readonly went: 'nowhere'; readonly metadata?: Metadata }
);

/** A task whose reading is judged. */
export interface Measured {
  readonly task: Task;
  /** Takes the place of the one that was under way. Its times may have fractions of a second. */
  readonly measurement: Measurement;
  readonly metadata?: Metadata;
  /** To be masked in it, beside the secrets of the run. */
  readonly secretValues?: readonly string[];
}

/** Judges what came of tasks, each by what the run had come to before them. */
export function judgeTaken(taken: readonly Taken[], run: AnalysisRun, clock?: () => Date): readonly Measured[] {
  if (taken.length === 0) return [];
  const results = resultsOf(run.status);
  return taken.map((one) => {
    const { task } = one;
    const measurement = judgeOne(one, run, results.get(task.metric.name), clock);
    const masks = one.secretValues && { secretValues: one.secretValues };
    return { task, measurement, ...('metadata' in one && { metadata: one.metadata }), ...masks };
  });
}

function judgeOne(
  taken: Taken,
  run: AnalysisRun,
  result: MetricResult | undefined,
  clock: (() => Date) | undefined,
): Measurement {
  const { task, startedAt } = taken;
  const before = task.does === 'run' ? undefined : task.measurement;
  if (taken.went === 'failed') return unavailable(task, taken.message, startedAt);
  if (taken.went === 'nowhere') return before ?? unavailable(task, NOTHING_UNDER_WAY, startedAt);
  const { reading, finishedAt } = taken;
  const moment = before === undefined ? { startedAt } : { before };
  try {
    return measurementOf(reading, task.metric, { ...moment, finishedAt, run, result, clock });
  } catch (error) {
    // A bug of a judge, or a provider's: one metric's error, as everything is that goes wrong with a measurement.
    return unavailable(task, error instanceof Error ? error.message : String(error), startedAt);
  }
}

const NOTHING_UNDER_WAY = 'no measurement is under way';

/**
 * The measurement of a task whose provider could not be set up: an error; what was measured so far stays in it.
 * @param message  of the error
 */
export function unavailable(task: Task, message: string, now: Date): Measurement {
  const before = task.measurement ?? { startedAt: now.toISOString() };
  return { ...before, phase: 'Error', message };
}

/**
 * Enters what was measured into the metrics' results, and counts it.
 *
 * @returns all results; those of metrics that the run has, in its order, before those it has no longer
 * @source  runMeasurements in analysis/analysis.go of argoproj/argo-rollouts
 */
export function record(
  before: readonly MetricResult[],
  measured: readonly Measured[],
  { metrics, dryRun }: Prepared,
  runSecrets: readonly string[],
  now: Date,
): readonly MetricResult[] {
  if (measured.length === 0) return before;
  const results = [...before];
  for (const one of measured) {
    const { name } = one.task.metric;
    const secretValues = one.secretValues ? [...runSecrets, ...one.secretValues] : runSecrets;
    const at = results.findIndex((result) => result.name === name);
    const result = results[at] ?? newResult(name, dryRun.has(name), metadataOf(one.metadata, secretValues));
    results[at === -1 ? results.length : at] = withMeasurement(result, one, secretValues, now);
  }
  const places = new Map(metrics.map(({ name }, index) => [name, index]));
  const placeOf = ({ name }: MetricResult) => places.get(name) ?? metrics.length;
  return results.toSorted((left, right) => placeOf(left) - placeOf(right));
}

function newResult(name: string, dryRun: boolean, metadata: Metadata = {}): MetricResult {
  return { name, phase: 'Running', dryRun, metadata: { ...metadata } };
}

/** A query with its arguments shows what came from a secret, in Argo's status too: see docs/differences.md. */
function metadataOf(metadata: Metadata | undefined, secretValues: readonly string[]): Metadata | undefined {
  if (metadata === undefined) return undefined;
  return Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, shownOf(text, secretValues)]));
}

function shownOf(text: string, secretValues: readonly string[]): string {
  return cutAndCount(redactMeasured(text, secretValues), LIMITS.valueCharacters);
}

function withMeasurement(
  result: MetricResult,
  { task, measurement }: Measured,
  secretValues: readonly string[],
  now: Date,
): MetricResult {
  const ended =
    task.does === 'terminate' && (measurement.phase === 'Successful' || measurement.phase === 'Inconclusive');
  // First without secrets, then cut: what is left of one must not be shown either.
  const message = cutAndCount(
    redact(ended ? 'Metric Terminated' : (measurement.message ?? ''), secretValues),
    LIMITS.messageCharacters,
  );
  const finishedAt = measurement.finishedAt ?? (isFinished(measurement.phase) ? now.toISOString() : undefined);
  const value = measurement.value === undefined ? undefined : shownOf(measurement.value, secretValues);
  const metadata = measurement.metadata && metadataOf(measurement.metadata, secretValues);
  const entry = omitEmpty<Measurement>({ ...measurement, value, metadata, message, finishedAt });
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
