import type { DryRun, MeasurementRetention, Metric } from '../model/analysis-run.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import { suggest } from '../model/suggest.ts';
import type { Usage } from './check-arguments.ts';
import { isRegularExpression, matches } from './rules.ts';

/** Rules for dry runs that say the same twice, or that match no metric. */
export function checkDryRun(rules: readonly DryRun[], metrics: readonly Metric[], usage: Usage): Problem[] {
  return checkRules('dryRun', 'two Dry-Run metric rules', rules, metrics, usage);
}

/** The same for rules of measurement retention. */
export function checkRetention(
  rules: readonly MeasurementRetention[],
  metrics: readonly Metric[],
  usage: Usage,
): Problem[] {
  return checkRules('measurementRetention', 'two Measurement Retention metric rules', rules, metrics, usage);
}

function checkRules(
  field: 'dryRun' | 'measurementRetention',
  what: string,
  rules: readonly DryRun[],
  metrics: readonly Metric[],
  { isRun, hasMore }: Usage,
): Problem[] {
  const names = metrics.map(({ name }) => name);
  // A name with an argument in it is not known yet, and metrics of other templates may match.
  const isOpen = hasMore || names.some((name) => name.includes('{{'));
  return rules.flatMap(({ metricName: rule }, index) => {
    const keys = ['spec', field, index, 'metricName'];
    if (rules.findIndex(({ metricName }) => metricName === rule) !== index) {
      return [problemAt(keys, { message: `${what} have the same name '${rule}'` })];
    }
    if (isRegularExpression(rule) && (isOpen || names.some((name) => matches(rule, name)))) return [];
    const severity = isRun ? 'error' : 'warning';
    return [
      problemAt(keys, {
        severity,
        value: rule,
        message: "rule doesn't match any metric name",
        hint: hintFor(rule, names),
      }),
    ];
  });
}

function hintFor(rule: string, names: readonly string[]): string | undefined {
  if (rule === '*') return 'names are matched by regular expressions: all of them by ".*"';
  if (!isRegularExpression(rule)) return 'it is not a regular expression';
  const meant = suggest(rule, names);
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
}
