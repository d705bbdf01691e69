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
  const [part] = findInvalidParts(experiment);
  if (part !== undefined) return part.message;
  // The end of an experiment that is about to end anyway does not depend on its duration.
  return isTerminating(experiment) ? undefined : durationProblem(experiment);
}

/** What is wrong with one template of an experiment. */
export interface InvalidPart {
  readonly index: number;
  readonly field: 'name' | 'selector' | 'minReadySeconds';
  readonly message: string;
}

/** All that is wrong with the templates of an experiment, at most one thing a template. */
export function findInvalidParts(experiment: Experiment): InvalidPart[] {
  const names = new Set<string>();
  return experiment.spec.templates.flatMap((template, index) => {
    const isRepeated = names.has(template.name);
    names.add(template.name);
    const part = templateProblem(template, index, experiment);
    if (part !== undefined || !isRepeated) return part ?? [];
    const name = experiment.metadata.name ?? '';
    const message = `Experiment ${name} has repeated template name '${template.name}' in templates`;
    return { index, field: 'name' as const, message };
  });
}

function templateProblem(
  template: TemplateSpec,
  index: number,
  { metadata, spec }: Experiment,
): InvalidPart | undefined {
  const { name, minReadySeconds = 0 } = template;
  const selector: TemplateSpec['selector'] | null | undefined = template.selector;
  if (isAbsent(selector)) {
    return { index, field: 'selector', message: `Rollout has missing field '.Spec.Templates[${index}].Selector'` };
  }
  if (isAbsent(selector.matchLabels) && isAbsent(selector.matchExpressions)) {
    const message = `This experiment is selecting all pods at index ${index}. A non-empty selector is required.`;
    return { index, field: 'selector', message };
  }
  if (minReadySeconds > progressDeadlineSeconds(spec)) {
    const message = `MinReadySeconds cannot be longer than ProgressDeadlineSeconds. Check template index ${index}`;
    return { index, field: 'minReadySeconds', message };
  }
  if (hasText(name)) return undefined;
  const message = `Experiment ${metadata.name ?? ''} has empty template name at index ${index}`;
  return { index, field: 'name', message };
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
