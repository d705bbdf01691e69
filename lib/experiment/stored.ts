import { inSeconds } from '../analysis/times.ts';
import type { Experiment, ExperimentStatus } from '../model/experiment.ts';

/**
 * An experiment without what its status says of templates and analyses that are not in its specification any more,
 * or says twice. Argo keeps that for ever, and what failed long ago still ends the experiment.
 */
export function withoutOrphans(experiment: Experiment): Experiment {
  const { spec, status } = experiment;
  if (status === undefined) return experiment;
  const templates = keepNamed(status.templateStatuses ?? [], spec.templates);
  const analyses = keepNamed(status.analysisRuns ?? [], spec.analyses ?? []);
  const { templateStatuses: _templates, analysisRuns: _analyses, ...rest } = status;
  return {
    ...experiment,
    status: {
      ...rest,
      ...(templates.length > 0 && { templateStatuses: templates }),
      ...(analyses.length > 0 && { analysisRuns: analyses }),
    },
  };
}

interface Named {
  readonly name: string;
}

/** The first of each name that is wanted. */
function keepNamed<T extends Named>(items: readonly T[], wanted: readonly Named[]): T[] {
  const left = new Set(wanted.map(({ name }) => name));
  return items.filter(({ name }) => left.delete(name));
}

/** Items in their places, each replaced by the new one of its name; further new ones come last. */
export function replaceNamed<T extends Named>(items: readonly T[], changed: readonly T[]): T[] {
  const byName = new Map([...items, ...changed].map((item) => [item.name, item]));
  return [...byName.values()];
}

/** A status as it is kept: times in whole seconds. */
export function toStored(status: ExperimentStatus): ExperimentStatus {
  const { availableAt, templateStatuses, conditions } = status;
  return {
    ...status,
    ...(availableAt !== undefined && { availableAt: inSeconds(availableAt) }),
    ...(templateStatuses && {
      templateStatuses: templateStatuses.map(({ lastTransitionTime: at, ...template }) => ({
        ...template,
        ...(at !== undefined && { lastTransitionTime: inSeconds(at) }),
      })),
    }),
    ...(conditions && {
      conditions: conditions.map((condition) => ({
        ...condition,
        lastUpdateTime: inSeconds(condition.lastUpdateTime),
        lastTransitionTime: inSeconds(condition.lastTransitionTime),
      })),
    }),
  };
}
