import type { Metric } from '../model/analysis-run.ts';
import { durationMs } from '../model/duration.ts';
import { hasText, integerOf } from './limits.ts';
import { countProviders } from './provider-type.ts';

/**
 * What is wrong with metrics whose arguments are resolved, in Argo's words: the first problem, or undefined.
 * @source ValidateMetrics in utils/analysis/factory.go of argoproj/argo-rollouts
 */
export function findInvalidMetric(metrics: readonly Metric[]): string | undefined {
  if (metrics.length === 0) return 'no metrics specified';
  const names = new Set<string>();
  for (const [index, metric] of metrics.entries()) {
    if (names.has(metric.name)) return `metrics[${index}]: duplicate name '${metric.name}'`;
    names.add(metric.name);
    const problem = findInvalidField(metric);
    if (problem !== undefined) return `metrics[${index}]: ${problem.message}`;
  }
  return undefined;
}

/** What is wrong with one field of a metric. */
export interface InvalidField {
  readonly field: keyof Metric;
  readonly message: string;
}

/** The first problem of one metric by itself; undefined: none. */
export function findInvalidField(metric: Metric): InvalidField | undefined {
  return (
    findInvalidLimit(metric) ??
    findMissingInterval(metric) ??
    findInvalidDuration('interval', metric.interval, 'invalid interval string') ??
    // The field is called initialDelay; Argo's message still has its old name.
    findInvalidDuration('initialDelay', metric.initialDelay, 'invalid startDelay string') ??
    findInvalidProvider(metric)
  );
}

/** Limits are compared as 64-bit integers, in which sums may wrap, as they do in Go. */
function findInvalidLimit(metric: Metric): InvalidField | undefined {
  const failures = integerOf(metric.failureLimit);
  const successes = integerOf(metric.consecutiveSuccessLimit);

  if (successes < 0n) return { field: 'consecutiveSuccessLimit', message: 'consecutiveSuccessLimit must be >= 0' };
  if (failures < -1n) return { field: 'failureLimit', message: 'failureLimit must be >= 0, or -1 to be disabled' };
  if (successes === 0n && failures === -1n) {
    return { field: 'failureLimit', message: 'failureLimit and consecutiveSuccessLimit cannot both be disabled' };
  }
  if (integerOf(metric.inconclusiveLimit) < 0n) {
    return { field: 'inconclusiveLimit', message: 'inconclusiveLimit must be >= 0' };
  }
  if (integerOf(metric.consecutiveErrorLimit) < 0n) {
    return { field: 'consecutiveErrorLimit', message: 'consecutiveErrorLimit must be >= 0' };
  }
  const message = findTooSmallCount(metric, failures, successes);
  return message === undefined ? undefined : { field: 'count', message };
}

function findTooSmallCount(metric: Metric, failures: bigint, successes: bigint): string | undefined {
  const count = integerOf(metric.count);
  if (count <= 0n) return undefined;
  if (failures >= 0n && count < BigInt.asIntN(64, failures + successes)) {
    return `count (${count}) must be >= failureLimit + consecutiveSuccessLimit (${failures} + ${successes}) if both >= 0`;
  }
  if (failures < 0n && count < successes) return 'count must be >= consecutiveSuccessLimit';
  return count < integerOf(metric.inconclusiveLimit) ? 'count must be >= inconclusiveLimit' : undefined;
}

function findMissingInterval({ count, interval }: Metric): InvalidField | undefined {
  if (integerOf(count) <= 1n || hasText(interval)) return undefined;
  return { field: 'interval', message: 'interval must be specified when count > 1' };
}

function findInvalidDuration(field: keyof Metric, text: string | undefined, prefix: string): InvalidField | undefined {
  if (!hasText(text)) return undefined;
  try {
    durationMs(text);
    return undefined;
  } catch (error) {
    return { field, message: `${prefix}: ${(error as Error).message}` };
  }
}

function findInvalidProvider({ provider }: Metric): InvalidField | undefined {
  const count = countProviders(provider);
  if (count === 0) return { field: 'provider', message: 'no provider specified' };
  return count > 1 ? { field: 'provider', message: 'multiple providers specified' } : undefined;
}
