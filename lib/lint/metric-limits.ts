import { effectiveCount, hasText, integerOf } from '../analysis/limits.ts';
import { findInvalidField, type InvalidField } from '../analysis/validate.ts';
import type { Metric } from '../model/analysis-run.ts';
import type { MetricSubject } from './subject.ts';
import { fillKnown, type KnownValues } from './values.ts';

export const LIMIT_FIELDS = [
  'count',
  'failureLimit',
  'inconclusiveLimit',
  'consecutiveErrorLimit',
  'consecutiveSuccessLimit',
] as const;

/** What Argo's own validation says of a metric, as far as its arguments are known: what comes first. */
export function invalidFieldOf({ metric, analysis }: MetricSubject): InvalidField | undefined {
  return findInvalidField(knownPart(metric, analysis.values));
}

/** The metric with the limits that are known; undefined where one is not, for they hang on each other. */
export function knownLimits(
  metric: Metric,
  { withPlaceholders }: KnownValues,
): Pick<Metric, (typeof LIMIT_FIELDS)[number]> | undefined {
  const limits = LIMIT_FIELDS.flatMap((field) => {
    const limit = metric[field];
    return limit === undefined ? [] : [[field, fillKnown(String(limit), withPlaceholders)?.text] as const];
  });
  return limits.every(([, limit]) => limit !== undefined) ? Object.fromEntries(limits) : undefined;
}

/** Whether a metric is measured until somebody ends the run, as far as its arguments are known. */
export function isEndless(metric: Metric, values: KnownValues): boolean {
  const limits = knownLimits(metric, values);
  if (limits === undefined || !hasText(metric.interval)) return false;
  // What was meant to be a count is told of by itself.
  if (!/^[+-]?\d*$/.test(String(limits.count ?? ''))) return false;
  const isOpen = effectiveCount({ ...metric, ...limits }) === undefined;
  return isOpen && integerOf(limits.consecutiveSuccessLimit) <= 0n;
}

/** Of an interval that is not known yet, it is known that there is one: `1s` stands for it. */
function knownPart(metric: Metric, values: KnownValues): Metric {
  const { name, provider, interval, initialDelay } = metric;
  const fill = (text: string) => fillKnown(text, values.withPlaceholders)?.text ?? '1s';
  return {
    name,
    provider,
    ...knownLimits(metric, values),
    ...(hasText(interval) && { interval: fill(interval) }),
    ...(hasText(initialDelay) && { initialDelay: fill(initialDelay) }),
  };
}
