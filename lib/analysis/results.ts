import type { AnalysisRunStatus, Measurement, MetricResult } from '../model/analysis-run.ts';
import { isFinished } from './phases.ts';

/** What a run knows of its metrics, by name; the first of that name, should there be two. */
export type Results = ReadonlyMap<string, MetricResult>;

export function resultsOf(status: AnalysisRunStatus | undefined): Results {
  return byName(status?.metricResults ?? []);
}

export function byName(results: readonly MetricResult[]): Results {
  const map = new Map<string, MetricResult>();
  for (const result of results) if (!map.has(result.name)) map.set(result.name, result);
  return map;
}

/** The measurement that was begun last, whether it has ended or not. */
export function lastMeasurement(result: MetricResult | undefined): Measurement | undefined {
  return result?.measurements?.at(-1);
}

/**
 * Whether the run is to end: it was told to, or a metric that counts has failed, is inconclusive or in error.
 * @source IsTerminating in utils/analysis/helpers.go of argoproj/argo-rollouts
 */
export function isTerminating(run: {
  readonly spec: { readonly terminate?: boolean };
  readonly status?: AnalysisRunStatus;
}): boolean {
  if (run.spec.terminate === true) return true;
  const results = run.status?.metricResults ?? [];
  return results.some(({ dryRun, phase }) => dryRun !== true && isFinished(phase) && phase !== 'Successful');
}
