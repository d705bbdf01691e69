import { controllerOf } from '../model/controller-of.ts';
import type { Experiment } from '../model/experiment.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { EXPERIMENT_ANNOTATION, TEMPLATE_ANNOTATION } from './work.ts';

/** What an experiment owns. */
export interface Claimed<T> {
  readonly byTemplate: Map<string, T>;
  /** Of templates that it does not have any more. */
  readonly orphans: readonly T[];
}

/**
 * Finds the objects of an experiment, by owner and annotations; whatever else they are, they are used as they are.
 *
 * @param kinds  their name in the message: `ReplicaSets`
 * @throws StepFailure if a template has two
 * @source getReplicaSetsForExperiment, GetServiceForExperiment in experiments of argoproj/argo-rollouts
 */
export function claim<T extends KubernetesObject>(
  objects: readonly T[],
  experiment: Experiment,
  kinds: string,
): Claimed<T> {
  const templates = new Set(experiment.spec.templates.map(({ name }) => name));
  const byTemplate = new Map<string, T>();
  const orphans: T[] = [];
  for (const object of objects) {
    const template = templateOf(object, experiment);
    if (template === '') continue;
    if (byTemplate.has(template))
      throw new StepFailure(`multiple ${kinds} match single experiment template: ${template}`);
    if (templates.has(template)) byTemplate.set(template, object);
    else orphans.push(object);
  }
  return { byTemplate, orphans };
}

/** The template of an experiment that an object was made for; empty: it is not the experiment's. */
function templateOf(object: KubernetesObject, experiment: Experiment): string {
  const { annotations } = object.metadata;
  const isOurs =
    isControlledBy(object, experiment) && annotations?.[EXPERIMENT_ANNOTATION] === experiment.metadata.name;
  return isOurs ? (annotations?.[TEMPLATE_ANNOTATION] ?? '') : '';
}

/** Whether an object is the one of a template of this experiment. */
export function isOfTemplate(object: KubernetesObject, experiment: Experiment, template: string): boolean {
  return templateOf(object, experiment) === template;
}

function isControlledBy(object: KubernetesObject, experiment: Experiment): boolean {
  const controller = controllerOf(object);
  return controller !== undefined && controller.uid === experiment.metadata.uid;
}
