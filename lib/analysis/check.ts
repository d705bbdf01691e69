import type { AnalysisRun } from '../model/analysis-run.ts';
import type { AnalysisTemplate, AnalysisTemplateSpec, ClusterAnalysisTemplate } from '../model/analysis-template.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import { checkArguments, checkTags, knownValues } from './check-arguments.ts';
import { checkMetric } from './check-metric.ts';
import { checkDryRun, checkRetention } from './check-rules.ts';

export type Checkable = AnalysisRun | AnalysisTemplate | ClusterAnalysisTemplate;

/**
 * What is wrong with an analysis beyond its schema: limits, durations, conditions, arguments, rules. It is meant for
 * objects in which `validateResource` found no error.
 *
 * What can still come from elsewhere is only a warning: a template may be put together with others, and its arguments
 * get their values when it is used. Of a run everything is there, so what is an error here ends it at once.
 *
 * @returns the problems, metric by metric, then arguments and rules; never throws
 */
export function checkAnalysis(object: Checkable): Problem[] {
  const isRun = object.kind === 'AnalysisRun';
  const spec: AnalysisTemplateSpec = object.spec;
  const { metrics = [], args = [], dryRun = [], measurementRetention = [], templates: refs = [] } = spec;
  const usage = { isRun, hasMore: refs.length > 0 };
  const values = knownValues(args);
  return [
    ...(metrics.length === 0 && refs.length === 0 ? [noMetrics(isRun)] : []),
    ...findDuplicates(metrics.map(({ name }) => name)),
    ...metrics.flatMap((metric, index) => [
      ...checkMetric(metric, ['spec', 'metrics', index], values),
      ...checkTags(metric, ['spec', 'metrics', index], args, usage),
    ]),
    ...checkArguments(args, metrics, usage),
    ...checkDryRun(dryRun, metrics, usage),
    ...checkRetention(measurementRetention, metrics, usage),
  ];
}

function noMetrics(isRun: boolean): Problem {
  return problemAt(['spec', 'metrics'], { message: 'no metrics specified', severity: isRun ? 'error' : 'warning' });
}

function findDuplicates(names: readonly string[]): Problem[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [problemAt(['spec', 'metrics', index, 'name'], { value: name, message: `duplicate name '${name}'` })],
  );
}
