import type {
  AnalysisPhase,
  AnalysisRun,
  AnalysisRunStatus,
  Metric,
  MetricResult,
  RunSummary,
} from '../model/analysis-run.ts';
import type { EventRecord } from '../model/outcome.ts';
import type { Prepared } from './due.ts';
import { isAbsent, omitEmpty } from '../model/empty.ts';
import { CONSECUTIVE_ERROR_LIMIT, hasText, int32Of, integerOf, isCountReached } from './limits.ts';
import { isFinished, isWorse } from './phases.ts';
import { byName, isTerminating, lastMeasurement } from './results.ts';

/** A limit that was exceeded: what the metric is then, and the words for it. */
export interface Exceeded {
  readonly phase: 'Failed' | 'Inconclusive' | 'Error';
  readonly message: string;
}

/**
 * The limit that a metric has exceeded. A limit is the number still tolerated; where several are exceeded, errors go
 * before inconclusive measurements, and these before failures.
 *
 * @source assessMetricFailureInconclusiveOrError in analysis/analysis.go of argoproj/argo-rollouts
 */
export function exceededLimit(metric: Metric, result: MetricResult): Exceeded | undefined {
  const { consecutiveError = 0, inconclusive = 0, failed = 0 } = result;
  const errorLimit = isAbsent(metric.consecutiveErrorLimit)
    ? CONSECUTIVE_ERROR_LIMIT
    : int32Of(metric.consecutiveErrorLimit);
  if (consecutiveError > errorLimit) {
    return {
      phase: 'Error',
      message: `consecutiveErrors (${consecutiveError}) > consecutiveErrorLimit (${errorLimit})`,
    };
  }
  const inconclusiveLimit = int32Of(metric.inconclusiveLimit);
  if (inconclusive > inconclusiveLimit) {
    return {
      phase: 'Inconclusive',
      message: `inconclusive (${inconclusive}) > inconclusiveLimit (${inconclusiveLimit})`,
    };
  }
  const failureLimit = int32Of(metric.failureLimit);
  if (failureLimit >= 0 && failed > failureLimit) {
    return { phase: 'Failed', message: `failed (${failed}) > failureLimit (${failureLimit})` };
  }
  return undefined;
}

/**
 * What a metric is, by its measurements and limits.
 * @source assessMetricStatus in analysis/analysis.go of argoproj/argo-rollouts
 */
export function assessMetric(metric: Metric, result: MetricResult, terminating: boolean): AnalysisPhase {
  if (isFinished(result.phase)) return result.phase;
  const last = lastMeasurement(result);
  if (last === undefined) return terminating ? 'Successful' : 'Pending';
  if (!isFinished(last.phase)) return 'Running';

  const exceeded = exceededLimit(metric, result);
  if (exceeded !== undefined) return exceeded.phase;

  const wantsSuccesses = integerOf(metric.consecutiveSuccessLimit) > 0n;
  if (wantsSuccesses && (result.consecutiveSuccess ?? 0) >= int32Of(metric.consecutiveSuccessLimit)) {
    return 'Successful';
  }
  if (isCountReached(metric, result.count)) {
    if (!wantsSuccesses) return 'Successful';
    // Neither limit was reached: whether that is a failure depends on whether failures would have counted.
    return integerOf(metric.failureLimit) >= 0n ? 'Inconclusive' : 'Failed';
  }
  return terminating ? 'Successful' : 'Running';
}

/** A verdict on the run, and on each of its metrics. */
export interface Assessment {
  /** Times in it may have fractions of a second. */
  readonly status: AnalysisRunStatus;
  readonly events: readonly EventRecord[];
}

/**
 * Judges a run after its measurements were recorded: new phases with their messages, summaries, events. The worst
 * metric decides, the first of them where several are as bad; the run is over once all metrics are, or at once when
 * it is terminating.
 *
 * @param results  of all metrics, as `record` gives them
 * @source assessRunStatus in analysis/analysis.go of argoproj/argo-rollouts
 */
export function assess(
  { spec, status: before }: AnalysisRun,
  { metrics, dryRun }: Prepared,
  results: readonly MetricResult[],
  now: Date,
): Assessment {
  const terminating = isTerminating({ spec, status: { phase: '', metricResults: [...results] } });
  const known = byName(results);
  const judged = metrics.map((metric) => judge(metric, known.get(metric.name), dryRun.has(metric.name), terminating));
  const { phase, message } = verdictOf(judged, spec.terminate === true, terminating);

  const isNew = phase !== before?.phase;
  const ends = isNew && isFinished(phase);
  const renewed = byName(judged.flatMap(({ result }) => result ?? []));
  const status = omitEmpty<AnalysisRunStatus>({
    ...before,
    phase,
    message: isNew ? message : before?.message,
    metricResults: results.map((result) => (known.get(result.name) === result && renewed.get(result.name)) || result),
    startedAt: before?.startedAt ?? now.toISOString(),
    completedAt: before?.completedAt ?? (ends ? now.toISOString() : undefined),
  });
  return {
    status: {
      ...status,
      runSummary: summarize(judged.filter(({ isDry }) => !isDry)),
      dryRunSummary: summarize(judged.filter(({ isDry }) => isDry)),
    },
    events: [...judged.flatMap(({ event }) => event ?? []), ...(ends ? [runEvent(phase)] : [])],
  };
}

/** A metric and what it has come to. */
interface Judged {
  readonly name: string;
  readonly isDry: boolean;
  /** Not there until the first measurement. */
  readonly result: MetricResult | undefined;
  readonly exceeded?: Exceeded | undefined;
  readonly event?: EventRecord | undefined;
}

function judge(metric: Metric, before: MetricResult | undefined, isDry: boolean, terminating: boolean): Judged {
  const { name } = metric;
  if (before === undefined) return { name, isDry, result: undefined };
  const phase = assessMetric(metric, before, terminating);
  const isNew = phase !== before.phase;
  const moved = isNew ? omitEmpty<MetricResult>({ ...before, phase, message: messageOf(before) }) : before;
  if (!isFinished(phase)) return { name, isDry, result: moved };
  const exceeded = exceededLimit(metric, moved);
  const result =
    isDry && exceeded !== undefined
      ? { ...moved, message: `Metric assessed ${phase} due to ${exceeded.message}` }
      : moved;
  return { name, isDry, result, exceeded, event: isNew ? metricEvent(name, phase) : undefined };
}

/** What the last measurement had to say, at the moment when the metric moves on to another phase. */
function messageOf(result: MetricResult): string | undefined {
  const last = lastMeasurement(result);
  return last === undefined ? result.message : last.message;
}

function verdictOf(
  judged: readonly Judged[],
  isStopped: boolean,
  terminating: boolean,
): { readonly phase: AnalysisPhase; readonly message: string } {
  let worst: AnalysisPhase | undefined;
  let message = isStopped ? 'Run Terminated' : '';
  for (const { name, isDry, result, exceeded } of judged) {
    if (result === undefined || !isFinished(result.phase)) continue;
    if (isDry) {
      worst ??= 'Successful';
    } else if (worst === undefined || isWorse(worst, result.phase)) {
      worst = result.phase;
      // Where a worse metric has nothing to say, the words of the one before it stay.
      if (exceeded !== undefined) message = reasonOf(name, result, exceeded);
    }
  }
  if (terminating) return { phase: worst ?? 'Successful', message: message.trim() };
  if (worst === undefined || judged.some(({ result }) => !isFinished(result?.phase))) {
    return { phase: 'Running', message: '' };
  }
  return { phase: worst, message: message.trim() };
}

function reasonOf(name: string, { phase, message }: MetricResult, exceeded: Exceeded): string {
  const reason = `Metric "${name}" assessed ${phase} due to ${exceeded.message}`;
  return hasText(message) ? `${reason}: "Error Message: ${message}"` : reason;
}

const COUNTERS = { Successful: 'successful', Failed: 'failed', Inconclusive: 'inconclusive', Error: 'error' } as const;

/** Counts metrics, also those not begun. One that ended without exceeding a limit counts as successful, whatever it is. */
function summarize(judged: readonly Judged[]): RunSummary {
  const summary: RunSummary = judged.length === 0 ? {} : { count: judged.length };
  for (const { result, exceeded } of judged) {
    if (!isFinished(result?.phase)) continue;
    const counter = COUNTERS[exceeded?.phase ?? 'Successful'];
    summary[counter] = (summary[counter] ?? 0) + 1;
  }
  return summary;
}

function metricEvent(name: string, phase: AnalysisPhase): EventRecord {
  return { type: eventType(phase), reason: `Metric${phase}`, message: `Metric '${name}' Completed. Result: ${phase}` };
}

/** The event of a run that is over. */
export function runEvent(phase: AnalysisPhase): EventRecord {
  return { type: eventType(phase), reason: `AnalysisRun${phase}`, message: `Analysis Completed. Result: ${phase}` };
}

function eventType(phase: AnalysisPhase): EventRecord['type'] {
  return phase === 'Failed' || phase === 'Error' ? 'Warning' : 'Normal';
}
