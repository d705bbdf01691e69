import { isFinished } from '../analysis/phases.ts';
import type { Experiment, ExperimentStatus } from '../model/experiment.ts';
import type { Outcome, OutcomeEvent } from '../model/outcome.ts';
import { reconcileAnalysis } from './analysis.ts';
import { claim } from './claim.ts';
import { conclude, findDueMs } from './conclude.ts';
import { withInvalidSpec } from './conditions.ts';
import { findInvalidSpec } from './invalid-spec.ts';
import { endAbandoned, removeOrphans } from './orphans.ts';
import { isTerminating } from './lifecycle.ts';
import { replicasIn } from '../workload/replica-set.ts';
import type { SeenExperiment, Service } from './seen.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import { replaceNamed, toStored, withoutOrphans } from './stored.ts';
import { eventType } from './tell-phase.ts';
import { reconcileTemplate } from './template.ts';
import { StepFailure } from '../workload/step-failure.ts';
import type { Work } from './work.ts';
import { Writes } from '../workload/writes.ts';

/**
 * What an experiment becomes, as Argo's controller has it. Its `nextAt` is Argo's too: when time alone will bring
 * something. Where its changes do not give what is taken for granted, it is to be asked again: see `Writes`. The last
 * event may tell the new phase: it is true once the status is written.
 *
 * @source syncHandler in experiments/controller.go of argoproj/argo-rollouts
 */
export function advanceExperiment(seen: SeenExperiment, now: Date): Outcome<ExperimentStatus> {
  const { object } = seen;
  const stored = object.status ?? {};
  const rest: Outcome<ExperimentStatus> = { status: stored, nextAt: undefined, events: [], changes: [] };
  if (object.metadata.deletionTimestamp !== undefined) return rest;
  const problem = findInvalidSpec(object);
  if (problem !== undefined) return { ...rest, status: toStored(withInvalidSpec(stored, problem, now)) };

  const experiment = withoutOrphans(object);
  const work: Work = {
    seen,
    experiment,
    isTerminating: isTerminating(experiment),
    now,
    replicaSets: new Map(),
    services: new Map(),
    writes: new Writes(seen.replies),
    events: [],
    wakesMs: [],
  };
  try {
    return settle(work, seeToAll(work));
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return { ...rest, events: work.events, changes: work.writes.changes, failure: error.message };
  }
}

/** Sees to templates and analyses, in this order, each by how the experiment stood before. */
function seeToAll(work: Work): ExperimentStatus {
  const { experiment } = work;
  const orphans = claimAll(work);
  const templates = experiment.spec.templates.map((template) => reconcileTemplate(work, template));
  removeOrphans(work, orphans);
  const analyses = (experiment.spec.analyses ?? []).map((analysis) => reconcileAnalysis(work, analysis));
  const before = experiment.status ?? {};
  const templateStatuses = replaceNamed(before.templateStatuses ?? [], templates);
  const analysisRuns = [...replaceNamed(before.analysisRuns ?? [], analyses), ...endAbandoned(work)];
  return {
    ...before,
    ...(templateStatuses.length > 0 && { templateStatuses }),
    ...(analysisRuns.length > 0 && { analysisRuns }),
  };
}

function claimAll({ seen, experiment, replicaSets, services }: Work): readonly (ReplicaSet | Service)[] {
  const ownReplicaSets = claim(seen.replicaSets, experiment, 'ReplicaSets');
  const ownServices = claim(seen.services, experiment, 'Services');
  for (const [template, replicaSet] of ownReplicaSets.byTemplate) replicaSets.set(template, replicaSet);
  for (const [template, service] of ownServices.byTemplate) services.set(template, service);
  return [...ownServices.orphans, ...ownReplicaSets.orphans];
}

function settle(work: Work, status: ExperimentStatus): Outcome<ExperimentStatus> {
  const { experiment, now, writes, events, wakesMs } = work;
  const concluded = conclude(experiment, status, now);
  const after = { ...experiment, status: concluded };
  const dueMs = [findDueMs(after, now) ?? [], wakesMs].flat();
  const nextAt = dueMs.length === 0 ? undefined : new Date(Math.min(...dueMs));
  const { phase: before = '' } = work.seen.object.status ?? {};
  const { phase = '' } = concluded;
  const told: OutcomeEvent = {
    type: eventType(phase),
    reason: `Experiment${phase}`,
    message: `Experiment transitioned from ${before} -> ${phase}`,
  };
  return {
    status: toStored(concluded),
    nextAt,
    events: before === phase ? events : [...events, told],
    changes: writes.changes,
    finished: nextAt === undefined && isDone(work, after),
  };
}

/** Whether nothing is left to do: all has ended, and its pods and Services are gone. */
function isDone({ writes, replicaSets, services }: Work, { spec, status }: Experiment): boolean {
  if (!isFinished(status?.phase) || !writes.areWithoutEffect || services.size > 0) return false;
  if (!spec.templates.every(({ name }) => isIdle(replicaSets.get(name)))) return false;
  return (status?.analysisRuns ?? []).every(({ analysisRun, phase }) => analysisRun === '' || isFinished(phase));
}

/** One that is not there was to be created again, and its name is taken. */
function isIdle(replicaSet: ReplicaSet | undefined): boolean {
  return replicaSet === undefined || (replicasIn(replicaSet) === 0 && (replicaSet.status?.replicas ?? 0) === 0);
}
