import { isFinished } from '../analysis/phases.ts';
import type { Experiment } from '../model/experiment.ts';
import { findRunsToDelete } from './analysis-history.ts';
import { currentStep } from './current-step.ts';
import { runHistoryLimits } from './defaults.ts';
import { deleteAll } from './history.ts';
import { isAborted } from './intent.ts';
import { newExperiment } from './new-experiment.ts';
import { controllerOf } from '../model/controller-of.ts';
import { mergePatch } from '../model/merge-patch.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { targetOf } from '../workload/target.ts';
import { findPause, note, statusOf, type Work } from './work.ts';

/** What experiments have come to. */
export interface Experiments {
  /** The one of the current step. */
  readonly experiment: Experiment | undefined;
  /** The name that the status tells; an experiment that has ended is not told any more. */
  readonly currentExperiment?: string | undefined;
}

/**
 * Starts, follows and ends the experiments of a canary.
 *
 * @throws StepFailure if one cannot be created, written or deleted
 * @source reconcileExperiments in rollout/experiment.go of argoproj/argo-rollouts
 */
export function reconcileExperiments(work: Work): Experiments {
  const { rollout, intent, experiment, otherExperiments } = work;
  const status = statusOf(rollout);
  if (isAborted(intent, status) || status.promoteFull === true) {
    cancelExperiments(work, [...otherExperiments, experiment]);
    return { experiment };
  }
  if (findPause(status, 'InconclusiveAnalysisRun') !== undefined) return { experiment };
  const isAtExperiment = currentStep(rollout).step?.experiment !== undefined;
  const current = isAtExperiment ? (experiment ?? startExperiment(work)) : undefined;
  if (isAtExperiment && current === undefined) return { experiment };

  const found = current === undefined ? { experiment } : heedExperiment(work, current, experiment);
  const others = otherExperiments.filter(({ metadata }) => metadata.name !== found.currentExperiment);
  endOthers(work, isAtExperiment || experiment === undefined ? others : [...others, experiment]);
  return found;
}

/** Pauses or aborts by what an experiment has come to. */
function heedExperiment({ intent }: Work, current: Experiment, before: Experiment | undefined): Experiments {
  const { phase, message = '' } = current.status ?? {};
  if (phase === 'Successful') return { experiment: before };
  if (phase === 'Inconclusive') {
    intent.pauses.push('InconclusiveExperiment');
    return { experiment: before };
  }
  if (phase === 'Failed' || phase === 'Error') {
    const what = 'Experiment analysis phase is error/failed';
    intent.aborts = message === '' ? what : `${what}: ${message}`;
    return { experiment: before };
  }
  return { experiment: current, currentExperiment: current.metadata.name };
}

/** Without a stable version there is nothing to compare with yet. */
function startExperiment(work: Work): Experiment | undefined {
  if (work.versions.stable === undefined) return undefined;
  const created = createExperiment(work, newExperiment(work));
  note(work, 'ExperimentCreated', `Created Experiment '${created.metadata.name}'`);
  return created;
}

/** By its name, or the first of `-1`, `-2`, … that is free; or its like that is under way. */
function createExperiment({ rollout, writes }: Work, wanted: Experiment): Experiment {
  for (let collisions = 0; ; collisions += 1) {
    const name = collisions === 0 ? wanted.metadata.name : `${wanted.metadata.name}-${collisions}`;
    const object = { ...wanted, metadata: { ...wanted.metadata, name: name ?? '' } };
    const reply = writes.make({ verb: 'create', object });
    if (reply.went === 'failed') throw new StepFailure(reply.message);
    if (reply.went === 'done') return object;
    if ('problem' in reply.found) throw new StepFailure(reply.found.problem);
    const there = reply.found.object as Experiment;
    const isOurs = controllerOf(there)?.uid === rollout.metadata.uid && isSame(there, wanted);
    if (isOurs && !isFinished(there.status?.phase)) return there;
  }
}

/** Whether it was stopped does not count. */
function isSame({ spec: { terminate: _is, ...is } }: Experiment, { spec: { terminate: _was, ...was } }: Experiment) {
  return mergePatch(is, was) === undefined;
}

function endOthers(work: Work, others: readonly Experiment[]): void {
  cancelExperiments(work, others);
  deleteAll(work, findRunsToDelete(others, work.versions.all, runHistoryLimits(work.rollout)));
}

/** @throws StepFailure if one cannot be written */
function cancelExperiments({ writes }: Work, experiments: readonly (Experiment | undefined)[]): void {
  for (const experiment of experiments) {
    if (experiment === undefined || experiment.spec.terminate === true || isFinished(experiment.status?.phase))
      continue;
    const reply = writes.make({ verb: 'patch', target: targetOf(experiment), patch: { spec: { terminate: true } } });
    if (reply.went === 'failed') throw new StepFailure(reply.message);
  }
}
