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
    if (problem !== undefined) return `metrics[${index}]: ${problem}`;
  }
  return undefined;
}

/** The same for one metric by itself. */
export function findInvalidField(metric: Metric): string | undefined {
  return findInvalidLimit(metric) ?? findInvalidTime(metric) ?? findInvalidProvider(metric);
}

/** Limits are compared as 64-bit integers, in which sums may wrap, as they do in Go. */
function findInvalidLimit(metric: Metric): string | undefined {
  const count = integerOf(metric.count);
  const failures = integerOf(metric.failureLimit);
  const successes = integerOf(metric.consecutiveSuccessLimit);
  const inconclusives = integerOf(metric.inconclusiveLimit);

  if (successes < 0n) return 'consecutiveSuccessLimit must be >= 0';
  if (failures < -1n) return 'failureLimit must be >= 0, or -1 to be disabled';
  if (successes === 0n && failures === -1n) {
    return 'failureLimit and consecutiveSuccessLimit cannot both be disabled';
  }
  if (inconclusives < 0n) return 'inconclusiveLimit must be >= 0';
  if (integerOf(metric.consecutiveErrorLimit) < 0n) return 'consecutiveErrorLimit must be >= 0';

  if (count > 0n) {
    if (failures >= 0n && count < BigInt.asIntN(64, failures + successes)) {
      return `count (${count}) must be >= failureLimit + consecutiveSuccessLimit (${failures} + ${successes}) if both >= 0`;
    }
    if (failures < 0n && count < successes) return 'count must be >= consecutiveSuccessLimit';
    if (count < inconclusives) return 'count must be >= inconclusiveLimit';
  }
  if (count > 1n && !hasText(metric.interval)) return 'interval must be specified when count > 1';
  return undefined;
}

function findInvalidTime(metric: Metric): string | undefined {
  return (
    findInvalidDuration(metric.interval, 'invalid interval string') ??
    // The field is called initialDelay; Argo's message still has its old name.
    findInvalidDuration(metric.initialDelay, 'invalid startDelay string')
  );
}

function findInvalidDuration(text: string | undefined, prefix: string): string | undefined {
  if (!hasText(text)) return undefined;
  try {
    durationMs(text);
    return undefined;
  } catch (error) {
    return `${prefix}: ${(error as Error).message}`;
  }
}

function findInvalidProvider(metric: Metric): string | undefined {
  const count = countProviders(metric.provider);
  if (count === 0) return 'no provider specified';
  return count > 1 ? 'multiple providers specified' : undefined;
}
