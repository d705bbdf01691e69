import { isRegularExpression, matches } from '../../analysis/rules.ts';
import { suggest } from '../../model/suggest.ts';
import type { Rule, Slip } from '../rule.ts';
import type { AnalysisSubject } from '../subject.ts';

export const ruleWithoutMetric: Rule = {
  severity: 'warning',
  summary: 'A rule of dryRun or measurementRetention that matches no metric.',
  analysis: (analysis) => [...checkRules(analysis, 'dryRun'), ...checkRules(analysis, 'measurementRetention')],
};

function checkRules(
  { spec, metrics, isRun, hasMore }: AnalysisSubject,
  field: 'dryRun' | 'measurementRetention',
): Slip[] {
  const names = metrics.map(({ metric }) => metric.name);
  // A name with an argument in it is not known yet, and metrics of other templates may match.
  const isOpen = hasMore || names.some((name) => name.includes('{{'));
  const rules = (spec[field] ?? []).map(({ metricName }) => metricName);
  return rules.flatMap((rule, index) => {
    if (rules.indexOf(rule) !== index) return [];
    if (isRegularExpression(rule) && (isOpen || names.some((name) => matches(rule, name)))) return [];
    return [
      {
        keys: ['spec', field, index, 'metricName'],
        message: "rule doesn't match any metric name",
        hint: hintFor(rule, names),
        value: rule,
        ...(isRun && { severity: 'error' as const }),
      },
    ];
  });
}

function hintFor(rule: string, names: readonly string[]): string | undefined {
  if (rule === '*') return 'names are matched by regular expressions: all of them by ".*"';
  if (!isRegularExpression(rule)) return 'it is not a regular expression';
  const meant = suggest(rule, names);
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
}
