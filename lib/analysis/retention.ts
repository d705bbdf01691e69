import type { AnalysisRun, AnalysisRunStatus, Metric } from '../model/analysis-run.ts';
import type { Due, Prepared, Task } from './due.ts';

/** Measurements that a metric keeps unless a rule says otherwise. */
const DEFAULT_RETENTION = 10;

/** What a provider is to remove before the status forgets it: all but the newest measurements of a metric. */
export interface Collection {
  /** Arguments resolved; what comes from secrets is a placeholder. */
  readonly metric: Metric;
  readonly keep: number;
}

/** How that went: `skipped` if the provider could not be set up; after one that failed no other is asked. */
export interface Collected {
  readonly collection: Collection;
  readonly went: 'done' | 'skipped' | 'failed';
}

/**
 * The collections that are due once these measurements are recorded. They are to be done one after the other, up to
 * the first that fails.
 *
 * @source garbageCollectMeasurements in analysis/analysis.go of argoproj/argo-rollouts
 */
export function findCollections(
  run: AnalysisRun,
  due: Due,
  taken: readonly { readonly task: Task }[],
): readonly Collection[] {
  if (due.is !== 'measuring') return [];
  const { prepared } = due;
  const metrics = new Map(prepared.metrics.map((metric) => [metric.name, metric]));
  const added = new Set(taken.filter(({ task }) => task.does === 'run').map(({ task }) => task.metric.name));
  const results = run.status?.metricResults ?? [];
  return results.flatMap(({ name, measurements = [] }): Collection[] => {
    const keep = keptOf(prepared, name);
    const metric = metrics.get(name);
    // Only the first result of a name is added to, should there be two.
    const length = measurements.length + (added.delete(name) ? 1 : 0);
    return metric !== undefined && length > keep ? [{ metric, keep }] : [];
  });
}

function keptOf({ retention }: Prepared, name: string): number {
  const limit = retention.get(name) ?? 0;
  return limit > 0 ? limit : DEFAULT_RETENTION;
}

/** A status without the measurements that were collected. What was not collected stays, and is tried again. */
export function trim(status: AnalysisRunStatus, collected: readonly Collected[]): AnalysisRunStatus {
  const failed = collected.findIndex(({ went }) => went === 'failed');
  const asked = failed === -1 ? collected : collected.slice(0, failed);
  const done = asked.filter(({ went }) => went === 'done');
  if (done.length === 0 || status.metricResults === undefined) return status;
  const kept = new Map(done.map(({ collection }) => [collection.metric.name, collection.keep]));
  const metricResults = status.metricResults.map((result) => {
    const keep = kept.get(result.name);
    if (keep === undefined || result.measurements === undefined) return result;
    return { ...result, measurements: result.measurements.slice(-keep) };
  });
  return { ...status, metricResults };
}
