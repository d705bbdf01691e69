import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Rollout } from '../model/rollout.ts';
import { Writes } from '../workload/writes.ts';
import { claimReplicaSets } from './claim.ts';
import { noIntent } from './intent.ts';
import type { Resolved } from './resolve-workload.ts';
import { remainingMs } from './scale-down-deadline.ts';
import type { SeenRollout } from './seen.ts';
import { findVersions, isControlledBy } from './versions.ts';
import { type CurrentRuns, statusOf, type Work } from './work.ts';

/**
 * Begins a decision: tells the Rollout's own objects from others, and which part each of them plays.
 * @source newRolloutContext in rollout/controller.go of argoproj/argo-rollouts
 */
export function openWork(seen: SeenRollout, { rollout, isResolved }: Resolved, now: Date): Work {
  const claim = claimReplicaSets(rollout, seen.replicaSets);
  const versions = findVersions(rollout, claim.claimed);
  const experiments = seen.experiments.filter((experiment) => isControlledBy(experiment, rollout));
  const name = statusOf(rollout).canary?.currentExperiment;
  const experiment = experiments.find(({ metadata }) => name !== undefined && metadata.name === name);
  const { latest } = versions;
  return {
    seen,
    now,
    rollout,
    isResolved,
    claim,
    versions,
    ...sortRuns(rollout, seen.analysisRuns),
    experiment,
    otherExperiments: experiments.filter((each) => each !== experiment),
    isLatestWaiting: latest !== undefined && remainingMs(latest, now) !== undefined,
    services: new Map(),
    intent: noIntent(),
    writes: new Writes(seen.replies),
    events: [],
    wakesMs: [],
  };
}

/** The runs that the status names, and the rest. */
function sortRuns(
  rollout: Rollout,
  all: readonly AnalysisRun[],
): { readonly currentRuns: CurrentRuns; readonly otherRuns: readonly AnalysisRun[] } {
  const { canary, blueGreen } = statusOf(rollout);
  const names = {
    step: canary?.currentStepAnalysisRunStatus?.name,
    background: canary?.currentBackgroundAnalysisRunStatus?.name,
    prePromotion: blueGreen?.prePromotionAnalysisRunStatus?.name,
    postPromotion: blueGreen?.postPromotionAnalysisRunStatus?.name,
  };
  const told = new Set<string | undefined>(Object.values(names));
  const own = all.filter((run) => isControlledBy(run, rollout) || told.has(run.metadata.name));
  const find = (name: string | undefined) => (name ? own.find(({ metadata }) => metadata.name === name) : undefined);
  return {
    currentRuns: {
      step: find(names.step),
      background: find(names.background),
      prePromotion: find(names.prePromotion),
      postPromotion: find(names.postPromotion),
    },
    otherRuns: own.filter(({ metadata }) => !told.has(metadata.name)),
  };
}
