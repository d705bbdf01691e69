import { isFinished } from '../analysis/phases.ts';
import type { AnalysisTemplateRef } from '../model/analysis-template.ts';
import type { Experiment } from '../model/experiment.ts';
import { claim } from './claim.ts';
import { findInvalidSpec } from './invalid-spec.ts';
import { abandonedAnalyses } from './orphans.ts';
import { desiredReplicas, findAnalysisStatus, findRolloutOwner, isTerminating } from './lifecycle.ts';
import { replicasIn } from '../workload/replica-set.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import { withoutOrphans } from './stored.ts';
import { StepFailure } from '../workload/step-failure.ts';

/** What must be read for a decision: at most one list a kind. */
export interface Needs {
  /** Whether the ReplicaSets and Services of the namespace are wanted. */
  readonly lists: boolean;
  /** Names of AnalysisRuns. */
  readonly runs: readonly string[];
  /** Templates; only where `nested`, also those that these refer to, and so on. */
  readonly templates: readonly AnalysisTemplateRef[];
  readonly nested: boolean;
  /** Name of the Rollout whose existence matters. */
  readonly rollout: string | undefined;
}

const NOTHING: Needs = { lists: false, runs: [], templates: [], nested: false, rollout: undefined };

/** Says what must be read before `reconcileExperiment` can decide. */
export function needs(experiment: Experiment): Needs {
  const isDoomed = experiment.metadata.deletionTimestamp !== undefined;
  if (isDoomed || findInvalidSpec(experiment) !== undefined) return NOTHING;

  const { spec, status } = experiment;
  const analyses = spec.analyses ?? [];
  const isAvailable = status?.availableAt !== undefined;
  const entries = analyses.flatMap(({ name }) => findAnalysisStatus(status, name) ?? []);
  const running = entries.filter(({ analysisRun, phase }) => isAvailable && analysisRun !== '' && !isFinished(phase));
  const started = new Set(entries.filter(({ analysisRun }) => analysisRun !== '').map(({ name }) => name));
  const isOver = isTerminating(withoutOrphans(experiment));
  const toStart = isAvailable ? analyses.filter(({ name }) => !isOver && !started.has(name)) : analyses;
  return {
    lists: true,
    runs: [...new Set([...running, ...abandonedAnalyses(experiment)].map(({ analysisRun }) => analysisRun))],
    templates: toStart.map(({ templateName, clusterScope = false }) => ({ templateName, clusterScope })),
    nested: isAvailable,
    rollout: analyses.length > 0 ? findRolloutOwner(experiment)?.name : undefined,
  };
}

/**
 * The names of the ReplicaSets that are about to get more pods: where the list may be out of date, they are to be read
 * again first (`SeenExperiment.fresh`).
 */
export function findToScaleUp(object: Experiment, replicaSets: readonly ReplicaSet[]): readonly string[] {
  const experiment = withoutOrphans(object);
  const claimed = tryClaim(replicaSets, experiment);
  return experiment.spec.templates.flatMap((template) => {
    const replicaSet = claimed.get(template.name);
    const desired = desiredReplicas(experiment, template);
    if (replicaSet === undefined || desired === 0 || replicasIn(replicaSet) === desired) return [];
    return replicaSet.metadata.name ?? [];
  });
}

/** Two for one template is what the decision will complain of. */
function tryClaim(replicaSets: readonly ReplicaSet[], experiment: Experiment): ReadonlyMap<string, ReplicaSet> {
  try {
    return claim(replicaSets, experiment, 'ReplicaSets').byTemplate;
  } catch (error) {
    if (error instanceof StepFailure) return new Map();
    throw error;
  }
}
