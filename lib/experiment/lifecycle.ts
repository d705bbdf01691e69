import { isFinished } from '../analysis/phases.ts';
import { hasText } from '../analysis/limits.ts';
import { durationMs } from '../model/duration.ts';
import { pastMs } from '../model/moment.ts';
import type {
  Experiment,
  ExperimentAnalysisRunStatus,
  ExperimentSpec,
  ExperimentStatus,
  TemplateSpec,
  TemplateStatus,
  TemplateStatusCode,
} from '../model/experiment.ts';
import type { OwnerReference } from '../model/kubernetes.ts';

const PROGRESS_DEADLINE_SECONDS = 600;
const SCALE_DOWN_DELAY_SECONDS = 30;

export function progressDeadlineSeconds({ progressDeadlineSeconds: seconds }: ExperimentSpec): number {
  return seconds ?? PROGRESS_DEADLINE_SECONDS;
}

export function scaleDownDelaySeconds({ scaleDownDelaySeconds: seconds }: ExperimentSpec): number {
  return seconds ?? SCALE_DOWN_DELAY_SECONDS;
}

export function replicasOf({ replicas }: TemplateSpec): number {
  return replicas ?? 1;
}

/** How a template stands; where a name occurs twice, its first entry counts. */
export function findTemplateStatus(status: ExperimentStatus | undefined, name: string): TemplateStatus | undefined {
  return status?.templateStatuses?.find((template) => template.name === name);
}

/** How an analysis stands; where a name occurs twice, its first entry counts. */
export function findAnalysisStatus(
  status: ExperimentStatus | undefined,
  name: string,
): ExperimentAnalysisRunStatus | undefined {
  return status?.analysisRuns?.find((analysis) => analysis.name === name);
}

export function isTemplateFinished(status: TemplateStatusCode | undefined): boolean {
  return status === 'Successful' || status === 'Failed' || status === 'Error';
}

/** Whether an experiment has no use for its pods any more: it is stopped, has ended, or is bound to end. */
export function isTerminating({ spec, status }: Experiment): boolean {
  if (spec.terminate === true || isFinished(status?.phase)) return true;
  const hasFailed = status?.templateStatuses?.some((template) => isBroken(template.status));
  const hasFailedAnalysis = status?.analysisRuns?.some(({ phase }) => isFinished(phase) && phase !== 'Successful');
  return hasFailed === true || hasFailedAnalysis === true || areRequiredSuccessful(spec, status);
}

function isBroken(status: TemplateStatusCode | undefined): boolean {
  return status === 'Failed' || status === 'Error';
}

export function hasRequired({ analyses = [] }: ExperimentSpec): boolean {
  return analyses.some(({ requiredForCompletion }) => requiredForCompletion === true);
}

/** Whether there are analyses that the experiment waits for, and all of them were successful. */
export function areRequiredSuccessful(spec: ExperimentSpec, status: ExperimentStatus | undefined): boolean {
  const required = (spec.analyses ?? []).filter(({ requiredForCompletion }) => requiredForCompletion === true);
  return required.length > 0 && required.every(({ name }) => findAnalysisStatus(status, name)?.phase === 'Successful');
}

/** The pods that a template should have now. */
export function desiredReplicas(experiment: Experiment, template: TemplateSpec): number {
  if (isTerminating(experiment)) return 0;
  const isOver = isTemplateFinished(findTemplateStatus(experiment.status, template.name)?.status);
  return isOver ? 0 : replicasOf(template);
}

/**
 * When the duration ends, in milliseconds since 1970; it has passed strictly after that. Undefined: it has no end, or
 * has not begun. One that cannot be read never passes but is always about to; `findInvalidSpec` keeps it out.
 */
export function durationEndsMs(
  spec: ExperimentSpec,
  status: ExperimentStatus | undefined,
  now: Date,
): number | undefined {
  const availableAt = status?.availableAt;
  if (availableAt === undefined || !hasText(spec.duration)) return undefined;
  const lengthMs = tryDurationMs(spec.duration);
  return lengthMs === undefined ? undefined : pastMs(availableAt, now) + lengthMs;
}

export function isDurationOver(spec: ExperimentSpec, status: ExperimentStatus | undefined, now: Date): boolean {
  const endsMs = durationEndsMs(spec, status, now);
  return endsMs !== undefined && now.getTime() > endsMs;
}

function tryDurationMs(text: string): number | undefined {
  try {
    return durationMs(text);
  } catch {
    return undefined;
  }
}

/** The Rollout that an experiment is a step of. */
export function findRolloutOwner({ metadata }: Experiment): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ kind }) => kind === 'Rollout');
}
