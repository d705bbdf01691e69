import { parseDuration } from '../model/duration.ts';
import { hasText } from './limits.ts';
import { SpecError } from './spec-error.ts';
import { fillTemplate, parseTemplate } from './substitute.ts';
import { msOf } from './times.ts';
import { wholeSeconds } from '../model/whole-seconds.ts';

/** What the arguments of an experiment's analyses may refer to. */
export interface ExperimentFacts {
  readonly availableAt?: string | undefined;
  readonly duration?: string | undefined;
  /** Its templates whose ReplicaSets are there. */
  readonly templates: readonly {
    readonly name: string;
    readonly replicaSetName: string;
    readonly podTemplateHash: string;
  }[];
}

/**
 * Fills in `{{templates.<name>.podTemplateHash}}`, `{{templates.<name>.replicaset.name}}`,
 * `{{experiment.availableAt}}` and `{{experiment.finishedAt}}`.
 *
 * @throws SpecError if a tag is not known, or not yet; or if the duration is invalid and the experiment available
 * @source ResolveExperimentArgsValue in utils/template/template.go of argoproj/argo-rollouts
 */
export function resolveExperimentArgument(template: string, facts: ExperimentFacts): string {
  const parsed = parseTemplate(template);
  const values = new Map<string, string>();
  if (facts.availableAt !== undefined) {
    values.set('experiment.availableAt', wholeSeconds(msOf(facts.availableAt)));
    if (hasText(facts.duration)) {
      values.set('experiment.finishedAt', wholeSeconds(msOf(facts.availableAt) + msIn(facts.duration)));
    }
  }
  for (const { name, replicaSetName, podTemplateHash } of facts.templates) {
    values.set(`templates.${name}.podTemplateHash`, podTemplateHash);
    values.set(`templates.${name}.replicaset.name`, replicaSetName);
  }
  return fillTemplate(parsed, values);
}

function msIn(duration: string): number {
  try {
    return Number(parseDuration(duration)) / 1e6;
  } catch (error) {
    throw new SpecError((error as Error).message);
  }
}
