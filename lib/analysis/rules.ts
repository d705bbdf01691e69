import { compilePattern, type Pattern } from '../expression/go/regexp.ts';
import { GoPanic } from '../expression/value.ts';
import type { DryRun, MeasurementRetention } from '../model/analysis-run.ts';
import { requireFewMatches } from './bounds.ts';
import { SpecError } from './spec-error.ts';

/**
 * The metrics that are measured but do not count: those whose name one of the rules matches.
 *
 * @param names  of the metrics, arguments resolved
 * @throws SpecError if a rule matches none of them, or there are too many to look at
 * @source GetDryRunMetrics in utils/analysis/helpers.go of argoproj/argo-rollouts
 */
export function findDryRun(rules: readonly DryRun[], names: readonly string[]): ReadonlySet<string> {
  requireFewMatches('dryRun', rules, names);
  const matched = rules.flatMap(({ metricName }, index) => matchedBy(metricName, names, `dryRun[${index}]`));
  return new Set(matched);
}

/**
 * The number that a rule gives to metrics: how many measurements to keep, by name. The last rule wins.
 *
 * @throws SpecError if a rule matches no metric, or there are too many to look at
 * @source GetMeasurementRetentionMetrics in utils/analysis/helpers.go of argoproj/argo-rollouts
 */
export function findRetention(
  rules: readonly MeasurementRetention[],
  names: readonly string[],
): ReadonlyMap<string, number> {
  requireFewMatches('measurementRetention', rules, names);
  const matched = rules.flatMap(({ metricName, limit }, index) =>
    matchedBy(metricName, names, `measurementRetention[${index}]`).map((name) => [name, limit] as const),
  );
  return new Map(matched);
}

function matchedBy(rule: string, names: readonly string[], path: string): string[] {
  const matched = names.filter((name) => matches(rule, name));
  if (matched.length === 0) throw new SpecError(`${path}: Rule didn't match any metric name(s)`);
  return matched;
}

/** Whether a rule matches a metric's name, or any part of it. One that is no regular expression matches nothing. */
export function matches(rule: string, name: string): boolean {
  return compile(rule)?.test(name) ?? false;
}

export function isRegularExpression(rule: string): boolean {
  return compile(rule) !== undefined;
}

const MEMO_LIMIT = 256;
const memo = new Map<string, Pattern | undefined>();

/** An invalid rule matches nothing. Rules come with every look at a run, so the last few stay compiled. */
function compile(rule: string): Pattern | undefined {
  if (!memo.has(rule)) {
    if (memo.size >= MEMO_LIMIT) memo.clear();
    memo.set(rule, compileAnew(rule));
  }
  return memo.get(rule);
}

function compileAnew(rule: string): Pattern | undefined {
  try {
    return compilePattern(rule);
  } catch (error) {
    if (error instanceof GoPanic) return undefined;
    throw error;
  }
}
