import { hasText, integerOf } from '../analysis/limits.ts';
import type { AnalysisRun, Metric } from '../model/analysis-run.ts';

/** What the command line says of all metrics. */
export interface Adjustments {
  /** For metrics that have an interval and no count, which would go on without end. */
  readonly count?: number;
  /** For all Prometheus metrics, whatever they name. */
  readonly prometheusAddress?: string;
}

/** The run with what the command line says of its metrics. */
export function adjustRun(run: AnalysisRun, { count, prometheusAddress }: Adjustments): AnalysisRun {
  const metrics = run.spec.metrics.map((metric) => {
    const { prometheus } = metric.provider;
    const isEndless = hasText(metric.interval) && !hasCount(metric);
    return {
      ...metric,
      ...(count !== undefined && isEndless && { count }),
      ...(prometheus &&
        prometheusAddress !== undefined && {
          provider: { ...metric.provider, prometheus: { ...prometheus, address: prometheusAddress } },
        }),
    };
  });
  return { ...run, spec: { ...run.spec, metrics } };
}

/** One that is an argument is a count, too. */
function hasCount({ count }: Metric): boolean {
  return (typeof count === 'string' && count.includes('{{')) || integerOf(count) > 0n;
}

/** Whether a metric that counts was never measured but for errors. */
export function lacksMeasurement({ spec, status }: AnalysisRun): boolean {
  if (spec.terminate !== true) return false;
  const counted = (status?.metricResults ?? []).filter(({ dryRun }) => dryRun !== true);
  return (status?.metricResults?.length ?? 0) < spec.metrics.length || counted.some(({ count = 0 }) => count === 0);
}
