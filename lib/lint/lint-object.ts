import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Severity } from '../model/problem.ts';
import type { ReadPromQl } from './promql-query.ts';
import type { Slip } from './rule.ts';
import { RULE_LIST, type RuleName } from './rules/registry.ts';
import { analysisSubject, isAnalysis, isExperiment, isRollout, podSubjects } from './subject.ts';

/** A slip, and the rule that found it. */
export interface NamedSlip extends Slip {
  readonly rule: RuleName;
  readonly severity: Severity;
}

/** What an object is looked at with. */
export interface LintTools {
  /** Without it nothing is said of queries. */
  readonly readPromQl?: ReadPromQl;
  /** Plugins that are served; without it nothing is said of them. */
  readonly plugins?: readonly string[] | undefined;
  /** Whether advice is given too, which is the default. */
  readonly hasAdvice?: boolean;
}

const GRAVE = RULE_LIST.filter(({ rule }) => rule.severity !== 'advice');

/**
 * What the rules say of an AnalysisRun, AnalysisTemplate, ClusterAnalysisTemplate, Experiment or Rollout by itself. What its
 * schema says comes before this; nothing of it is said here, and the object must keep it.
 *
 * @returns what is wrong, rule by rule; of other kinds nothing
 */
export function lintObject(
  object: KubernetesObject,
  { readPromQl, plugins, hasAdvice = true }: LintTools = {},
): NamedSlip[] {
  if (!isAnalysis(object) && !isExperiment(object) && !isRollout(object)) return [];
  const analysis = isAnalysis(object) ? analysisSubject(object, { readPromQl, plugins }) : undefined;
  const metrics = analysis?.metrics ?? [];
  const pods = podSubjects(object, analysis);
  return (hasAdvice ? RULE_LIST : GRAVE).flatMap(({ name, rule }) => {
    const slips: Slip[] = [...(rule.object?.(object) ?? [])];
    if (analysis && rule.analysis) slips.push(...rule.analysis(analysis));
    for (const metric of metrics) {
      const { provided } = metric;
      if (rule.provider !== undefined && provided?.field !== rule.provider) continue;
      if (rule.metric) slips.push(...rule.metric(metric));
      if (rule.provided && provided && provided.row.isUnread !== true) slips.push(...rule.provided(provided, metric));
    }
    if (rule.pod) for (const pod of pods) slips.push(...rule.pod(pod));
    return slips.map((slip): NamedSlip => ({ severity: rule.severity, ...slip, rule: name }));
  });
}
