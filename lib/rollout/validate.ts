import { writerOf } from '../expression/go/json-fields.ts';
import type { Rollout } from '../model/rollout.ts';
import { progressDeadlineSeconds, replicasOf, revisionHistoryLimit } from './defaults.ts';
import { SELECTOR } from './step-form.ts';
import { invalid, invalidJson, negative, required } from './validation/field-error.ts';
import { podTemplateProblems } from './validation/pod-template.ts';
import { selectorProblems } from './validation/selector.ts';
import { strategyProblems } from './validation/strategy.ts';

const PATH = 'spec';

/**
 * What is wrong with the specification of a Rollout, in order; Argo tells the first only. What other objects have to do
 * with it is not asked here.
 *
 * @param isTemplateFilledIn  whether the template of a Rollout with a `workloadRef` comes from there already: otherwise
 *                            it must have none
 * @source ValidateRollout in pkg/apis/rollouts/validation/validation.go of argoproj/argo-rollouts
 */
export function validateRollout(rollout: Rollout, isTemplateFilledIn = true): readonly string[] {
  const deadline = progressDeadlineSeconds(rollout);
  const { minReadySeconds = 0 } = rollout.spec;
  return [
    ...negative(`${PATH}.replicas`, replicasOf(rollout)),
    ...(isTemplateFilledIn ? knownPodProblems(rollout) : podProblems(rollout, false)),
    ...negative(`${PATH}.minReadySeconds`, minReadySeconds),
    ...negative(`${PATH}.revisionHistoryLimit`, revisionHistoryLimit(rollout)),
    ...negative(`${PATH}.progressDeadlineSeconds`, deadline),
    ...(deadline > minReadySeconds
      ? []
      : [invalid(`${PATH}.progressDeadlineSeconds`, deadline, 'must be greater than minReadySeconds')]),
    ...strategyProblems(rollout, `${PATH}.strategy`),
  ];
}

const selectorJson = writerOf(SELECTOR);

/** Told once for a specification, which must not change afterwards: each reconcile asks. */
const known = new WeakMap<Rollout['spec'], readonly string[]>();

function knownPodProblems(rollout: Rollout): readonly string[] {
  const problems = known.get(rollout.spec) ?? podProblems(rollout, true);
  known.set(rollout.spec, problems);
  return problems;
}

function podProblems({ spec }: Rollout, isTemplateFilledIn: boolean): string[] {
  const { selector, template = {}, workloadRef } = spec;
  const isReferenced = workloadRef !== undefined;
  const problems: string[] = [];
  if (!isReferenced && selector === undefined) {
    problems.push(required(`${PATH}.selector`, "Rollout has missing field '.spec.selector'"));
  }
  const wrong = selector === undefined ? [] : selectorProblems(selector, `${PATH}.selector`);
  if (!isReferenced && selector !== undefined) {
    problems.push(...wrong);
    const { matchLabels = {}, matchExpressions = [] } = selector;
    if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
      const why = 'empty selector is invalid for deployment';
      problems.push(invalidJson(`${PATH}.selector`, selectorJson(selector) ?? '{}', why));
    }
  }
  const { labels = {}, annotations = {} } = template.metadata ?? {};
  const hasTemplate = Object.keys(labels).length + Object.keys(annotations).length > 0;
  if (isReferenced && !isTemplateFilledIn && hasTemplate) {
    problems.push(`${PATH}.template: Internal error: template must be empty for workload reference rollout`);
  }
  if (selector !== undefined && wrong.length > 0) {
    return [...problems, invalidJson(`${PATH}.selector`, selectorJson(selector) ?? '{}', 'invalid label selector')];
  }
  if (isReferenced && !isTemplateFilledIn) return problems;
  return [...problems, ...podTemplateProblems(template, selector, `${PATH}.template`)];
}
