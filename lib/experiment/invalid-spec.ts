import { isAbsent } from '../model/empty.ts';
import { hasText } from '../analysis/limits.ts';
import { parseDuration } from '../model/duration.ts';
import type { Experiment, TemplateSpec } from '../model/experiment.ts';
import { isTerminating, progressDeadlineSeconds } from './lifecycle.ts';

/**
 * What is wrong with the specification of an experiment: nothing is done for it then. Undefined: nothing is wrong.
 *
 * @source VerifyExperimentSpec in utils/conditions/experiments.go of argoproj/argo-rollouts, which lets a duration
 *         pass that cannot be read
 */
export function findInvalidSpec(experiment: Experiment): string | undefined {
  const { spec } = experiment;
  const names = new Set<string>();
  for (const [index, template] of spec.templates.entries()) {
    const problem = templateProblem(template, index, experiment);
    if (problem !== undefined) return problem;
    if (names.has(template.name)) {
      return `Experiment ${experiment.metadata.name ?? ''} has repeated template name '${template.name}' in templates`;
    }
    names.add(template.name);
  }
  // The end of an experiment that is about to end anyway does not depend on its duration.
  return isTerminating(experiment) ? undefined : durationProblem(experiment);
}

function templateProblem(template: TemplateSpec, index: number, { metadata, spec }: Experiment): string | undefined {
  const { name, minReadySeconds = 0 } = template;
  const selector: TemplateSpec['selector'] | null | undefined = template.selector;
  if (isAbsent(selector)) return `Rollout has missing field '.Spec.Templates[${index}].Selector'`;
  if (isAbsent(selector.matchLabels) && isAbsent(selector.matchExpressions)) {
    return `This experiment is selecting all pods at index ${index}. A non-empty selector is required.`;
  }
  if (minReadySeconds > progressDeadlineSeconds(spec)) {
    return `MinReadySeconds cannot be longer than ProgressDeadlineSeconds. Check template index ${index}`;
  }
  return hasText(name) ? undefined : `Experiment ${metadata.name ?? ''} has empty template name at index ${index}`;
}

function durationProblem({ metadata, spec }: Experiment): string | undefined {
  if (!hasText(spec.duration)) return undefined;
  try {
    parseDuration(spec.duration);
    return undefined;
  } catch (error) {
    return `Experiment ${metadata.name ?? ''} has invalid duration: ${(error as Error).message}`;
  }
}
