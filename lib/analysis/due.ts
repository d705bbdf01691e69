import type { AnalysisRun, AnalysisRunStatus, Measurement, Metric, MetricResult } from '../model/analysis-run.ts';
import { durationMs } from '../model/duration.ts';
import { LIMITS } from '../model/limits.ts';
import type { Secrets } from './arguments.ts';
import { resolveMetric, withPlaceholders, withSecrets } from './arguments.ts';
import { requireWithinBounds, Room } from './bounds.ts';
import { isAbsent } from '../model/empty.ts';
import { hasText, isCountReached } from './limits.ts';
import { isFinished } from './phases.ts';
import { isTerminating, lastMeasurement, resultsOf } from './results.ts';
import { findDryRun, findRetention } from './rules.ts';
import { pastMs } from '../model/moment.ts';
import { SpecError } from './spec-error.ts';
import { msOf } from './times.ts';
import { findInvalidMetric } from './validate.ts';

/** After a measurement of phase Error the next is taken this soon, whatever the interval. */
export const ERROR_RETRY_MS = 10_000;

/**
 * Clocks of different machines differ by less. A status that tells of a later time was written by a clock that was wrong,
 * so that nobody knows when that was: nothing waits for it. Argo waits until that time has come, and then the interval.
 */
const SKEW_MS = 60_000;

const NONE: ReadonlySet<string> = new Set();

/** A specification that can be carried out. */
export interface Prepared {
  /** Arguments are resolved; what comes from secrets is a placeholder. */
  readonly metrics: readonly Metric[];
  readonly dryRun: ReadonlySet<string>;
  /** Measurements to keep, by metric, where a rule says so. */
  readonly retention: ReadonlyMap<string, number>;
}

/** A measurement to take, to look at again, or to end. */
export interface Task {
  readonly does: 'run' | 'resume' | 'terminate';
  /** Everything resolved, secrets included: for its provider and for nobody else. */
  readonly metric: Metric;
  /** The measurement that is under way; not for `run`. */
  readonly measurement?: Measurement;
  /** The metric's first measurement: its provider is to be asked for the metric's metadata too. */
  readonly isFirst: boolean;
}

/** What is to be done for a run at this moment. */
export type Due =
  /** Over, or being deleted. */
  | { readonly is: 'finished' }
  | { readonly is: 'refused'; readonly message: string }
  | {
      readonly is: 'measuring';
      readonly prepared: Prepared;
      readonly tasks: readonly Task[];
      /** To be kept out of messages. */
      readonly secretValues: readonly string[];
    };

/** The names of the secrets that `findDue` wants to know. */
export function secretsNeeded(run: AnalysisRun): readonly string[] {
  if (isOver(run)) return [];
  const names = run.spec.args?.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []);
  return [...new Set(names)];
}

/**
 * Says which measurements a run wants now, with their arguments resolved; or that it is over, or cannot go on.
 *
 * @param ended  metrics whose measurement under way is known to be over: they are resumed before its `resumeAt`
 * @source reconcileAnalysisRun in analysis/analysis.go of argoproj/argo-rollouts
 */
export function findDue(run: AnalysisRun, secrets: Secrets, now: Date, ended: ReadonlySet<string> = NONE): Due {
  if (isOver(run)) return { is: 'finished' };
  try {
    const prepared = prepare(run);
    const { args, secretValues } = withSecrets(run.spec.args ?? [], secrets);
    const hasSecrets = secretValues.length > 0;
    const metrics = hasSecrets ? run.spec.metrics : prepared.metrics;
    const results = resultsOf(run.status);
    const room = new Room();
    const tasks = findTasks(run, prepared.metrics, now, ended).map(({ index, ...task }) => {
      const given = metrics[index] as Metric;
      // Statuses and logs tell the name: it keeps its placeholder, as it has where a measurement is looked for.
      const name = prepared.metrics[index]?.name ?? given.name;
      const metric = hasSecrets ? { ...resolveMetric(given, args, room), name } : given;
      return { ...task, metric, isFirst: !results.has(metric.name) };
    });
    return { is: 'measuring', prepared, tasks, secretValues };
  } catch (error) {
    if (error instanceof SpecError) return { is: 'refused', message: `${error.context}: ${error.message}` };
    throw error;
  }
}

/** A run that is being deleted is left as it is, whatever was under way. */
function isOver({ metadata, status }: AnalysisRun): boolean {
  return !isAbsent(metadata.deletionTimestamp) || isFinished(status?.phase);
}

/**
 * Resolves the arguments of all metrics, as far as that needs no secrets, and validates what comes of it.
 * @throws SpecError with the first problem
 */
export function prepare({ spec }: AnalysisRun): Prepared {
  requireWithinBounds(spec);
  const args = withPlaceholders(spec.args ?? []);
  const room = new Room();
  const metrics = (spec.metrics ?? []).map((metric) => resolveMetric(metric, args, room));
  const problem = findInvalidMetric(metrics);
  if (problem !== undefined) throw new SpecError(problem);
  const names = metrics.map(({ name }) => name);
  return {
    metrics,
    dryRun: findDryRun(spec.dryRun ?? [], names),
    retention: findRetention(spec.measurementRetention ?? [], names),
  };
}

/** A task before its metric is resolved: `index` is the metric's place in the specification. */
type Unresolved = Pick<Task, 'does' | 'measurement'> & { readonly index: number };

/**
 * The metrics that want something now, and what.
 *
 * @param metrics  of the run, arguments resolved
 * @source generateMetricTasks in analysis/analysis.go of argoproj/argo-rollouts
 */
export function findTasks(
  run: AnalysisRun,
  metrics: readonly Metric[],
  now: Date,
  ended: ReadonlySet<string> = NONE,
): readonly Unresolved[] {
  const results = resultsOf(run.status);
  const terminating = isTerminating(run);
  return metrics.flatMap((metric, index): Unresolved[] => {
    const result = results.get(metric.name);
    if (isFinished(result?.phase)) return [];
    const last = lastMeasurement(result);
    if (last !== undefined && last.finishedAt === undefined) {
      if (terminating) return [{ index, does: 'terminate', measurement: last }];
      const waits = !ended.has(metric.name) && isLater(last.resumeAt, now) && !isAhead(last.startedAt, now);
      return waits ? [] : [{ index, does: 'resume', measurement: last }];
    }
    if (terminating) return [];
    if (last !== undefined && isCountReached(metric, result?.count)) return [];
    const isDue = last === undefined ? isFirstDue(metric, run, now) : isNextDue(metric, last, now);
    return isDue ? [{ index, does: 'run' }] : [];
  });
}

/** The metrics whose measurement under way asks to be left alone for now, and that measurement. */
export function findWaiting(run: AnalysisRun, now: Date): readonly { metric: Metric; measurement: Measurement }[] {
  const results = resultsOf(run.status);
  if (results.size === 0 || isOver(run)) return [];
  return run.spec.metrics.flatMap((metric) => {
    const result = results.get(metric.name);
    const last = isFinished(result?.phase) ? undefined : lastMeasurement(result);
    return last && last.finishedAt === undefined && isLater(last.resumeAt, now) ? [{ metric, measurement: last }] : [];
  });
}

function isLater(time: string | undefined, now: Date): boolean {
  return time !== undefined && msOf(time) > now.getTime();
}

/** The delay counts from the start of the run, which its first reconcile sets: so even none at all costs one. */
function isFirstDue(metric: Metric, { status }: AnalysisRun, now: Date): boolean {
  if (!hasText(metric.initialDelay)) return true;
  return status?.startedAt !== undefined && durationMs(metric.initialDelay) <= passedMs(status.startedAt, now);
}

/** Due strictly after the interval: at its very end, not yet. */
function isNextDue(metric: Metric, last: Measurement, now: Date): boolean {
  // Differences keep the nanoseconds of a duration; sums would round them away.
  return intervalMs(metric, last, ERROR_RETRY_MS) < passedMs(last.finishedAt as string, now);
}

/** Whether what is said to have begun lies in the future: what it asks to wait for would be waited for as long again. */
function isAhead(time: string | undefined, now: Date): boolean {
  return time !== undefined && passedMs(time, now) === Infinity;
}

/** How long ago something was that a status tells of; infinitely long, if it lies in the future. */
function passedMs(time: string, now: Date): number {
  const ms = now.getTime() - pastMs(time, now);
  return ms < -SKEW_MS ? Infinity : ms;
}

/**
 * The end of the interval after a finished measurement, in whole milliseconds since 1970; the next is due after it.
 * @param withoutIntervalMs  counts after an error, whatever the interval, and where there is no interval
 */
export function nextAfter(metric: Metric, last: Measurement, withoutIntervalMs: number, now: Date): number {
  return pastMs(last.finishedAt as string, now) + Math.floor(intervalMs(metric, last, withoutIntervalMs));
}

function intervalMs(metric: Metric, last: Measurement, withoutIntervalMs: number): number {
  return last.phase === 'Error' || !hasText(metric.interval) ? withoutIntervalMs : durationMs(metric.interval);
}

/**
 * When the run wants to be looked at again, as its status stands; undefined: not on its own account, be it finished
 * or waiting for a measurement that says itself when it has news.
 *
 * @source calculateNextReconcileTime in analysis/analysis.go of argoproj/argo-rollouts
 */
export function findNextAt(metrics: readonly Metric[], status: AnalysisRunStatus, now: Date): Date | undefined {
  const results = resultsOf(status);
  const startedMs = status.startedAt === undefined ? now.getTime() : pastMs(status.startedAt, now);
  const times = metrics.flatMap((metric) => {
    const result = results.get(metric.name);
    return isFinished(result?.phase) ? [] : (nextMs(metric, result, startedMs, now) ?? []);
  });
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

function nextMs(metric: Metric, result: MetricResult | undefined, startedMs: number, now: Date): number | undefined {
  const last = lastMeasurement(result);
  if (last === undefined) {
    return hasText(metric.initialDelay) ? startedMs + Math.floor(durationMs(metric.initialDelay)) : undefined;
  }
  if (last.finishedAt === undefined) return last.resumeAt === undefined ? undefined : msOf(last.resumeAt);
  if (isCountReached(metric, result?.count)) return undefined;
  if (last.phase !== 'Error' && !hasText(metric.interval)) return undefined;
  return nextAfter(metric, last, ERROR_RETRY_MS, now);
}

/**
 * The first metric that goes on and asks for intervals of next to nothing, or less: it would measure and write without a
 * pause, in a cluster and a process that others share.
 */
export function findHurried(metrics: readonly Metric[], status: AnalysisRunStatus): Metric | undefined {
  const results = resultsOf(status);
  return metrics.find((metric) => isHurried(metric) && !isFinished(results.get(metric.name)?.phase));
}

/** When a run that has a hurried metric, and has just measured something, may have its next step at the soonest. */
export function soonestAfter(now: Date): Date {
  return new Date(now.getTime() + LIMITS.shortestIntervalMs);
}

function isHurried({ interval }: Metric): boolean {
  return hasText(interval) && durationMs(interval) < LIMITS.shortestIntervalMs;
}
