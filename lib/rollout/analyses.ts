import type { AnalysisRun } from '../model/analysis-run.ts';
import type { BlueGreenStatus, CanaryStatus, RolloutAnalysisRunStatus } from '../model/rollout-status.ts';
import { findRunsToDelete } from './analysis-history.ts';
import { reconcileBackgroundRun, reconcileStepRun } from './canary/analyses.ts';
import { reconcilePostPromotionRun, reconcilePrePromotionRun } from './blue-green/analyses.ts';
import { runHistoryLimits } from './defaults.ts';
import { deleteAll } from './history.ts';
import { isAborted } from './intent.ts';
import { isFullyPromoted } from './phase.ts';
import { isFastRollback } from './rollback.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { type CurrentRuns, note, statusOf, warn, type Work } from './work.ts';
import { cancelRuns } from './cancel-runs.ts';

/** What analyses have come to. */
export interface Analyses {
  readonly runs: CurrentRuns;
  /** Those that the status tells of. */
  readonly told: CurrentRuns;
  /** Why the reconcile ends here; a pause that was found before is told nevertheless. */
  readonly failure?: StepFailure;
}

/**
 * Starts, follows and ends the runs of a Rollout.
 * @source reconcileAnalysisRuns in rollout/analysis.go of argoproj/argo-rollouts
 */
export function reconcileAnalyses(work: Work): Analyses {
  let found: Analyses = { runs: work.currentRuns, told: {} };
  try {
    const runs = nextRuns(work);
    found = { runs, told: runs };
    const names = new Set(Object.values(runs).map((run: AnalysisRun | undefined) => run?.metadata.name));
    const others = work.otherRuns.filter(({ metadata }) => !names.has(metadata.name));
    cancelRuns(work, others);
    deleteAll(work, findRunsToDelete(others, work.versions.all, runHistoryLimits(work.rollout)));
    tellChanges(work, runs);
    return found;
  } catch (error) {
    if (error instanceof StepFailure) return { ...found, failure: error };
    throw error;
  }
}

function nextRuns(work: Work): CurrentRuns {
  const { rollout, intent, currentRuns } = work;
  const status = statusOf(rollout);
  const isNotNeeded =
    isFullyPromoted(rollout) ||
    isAborted(intent, status) ||
    status.promoteFull === true ||
    isFastRollback(work) ||
    (status.stableRS ?? '') === '';
  const { prePromotion, postPromotion, step, background } = currentRuns;
  if (isNotNeeded) {
    cancelRuns(work, [step, background, prePromotion, postPromotion]);
    return { prePromotion, postPromotion };
  }
  if (rollout.spec.strategy?.canary) {
    return { step: reconcileStepRun(work), background: reconcileBackgroundRun(work) };
  }
  return { prePromotion: reconcilePrePromotionRun(work), postPromotion: reconcilePostPromotionRun(work) };
}

/** What a status says of a run. */
export function runStatus(run: AnalysisRun | undefined): RolloutAnalysisRunStatus | undefined {
  if (run === undefined) return undefined;
  const { phase = '', message = '' } = run.status ?? {};
  return { name: run.metadata.name ?? '', status: phase, ...(message !== '' && { message }) };
}

type CanaryRuns = Pick<CanaryStatus, 'currentStepAnalysisRunStatus' | 'currentBackgroundAnalysisRunStatus'>;

export function canaryRunStatuses({ step, background }: CurrentRuns): CanaryRuns {
  const [ofStep, ofBackground] = [runStatus(step), runStatus(background)];
  return {
    ...(ofStep && { currentStepAnalysisRunStatus: ofStep }),
    ...(ofBackground && { currentBackgroundAnalysisRunStatus: ofBackground }),
  };
}

type BlueGreenRuns = Pick<BlueGreenStatus, 'prePromotionAnalysisRunStatus' | 'postPromotionAnalysisRunStatus'>;

export function blueGreenRunStatuses({ prePromotion, postPromotion }: CurrentRuns): BlueGreenRuns {
  const [before, after] = [runStatus(prePromotion), runStatus(postPromotion)];
  return {
    ...(before && { prePromotionAnalysisRunStatus: before }),
    ...(after && { postPromotionAnalysisRunStatus: after }),
  };
}

function tellChanges(work: Work, { step, background, prePromotion, postPromotion }: CurrentRuns): void {
  const { blueGreen, canary } = statusOf(work.rollout);
  tellChange(work, 'PostPromotion', blueGreen?.postPromotionAnalysisRunStatus, postPromotion);
  tellChange(work, 'PrePromotion', blueGreen?.prePromotionAnalysisRunStatus, prePromotion);
  tellChange(work, 'Step', canary?.currentStepAnalysisRunStatus, step);
  tellChange(work, 'Background', canary?.currentBackgroundAnalysisRunStatus, background);
}

function tellChange(
  work: Work,
  purpose: string,
  before: RolloutAnalysisRunStatus | undefined,
  run: AnalysisRun | undefined,
): void {
  const { phase = '' } = run?.status ?? {};
  const { name = '' } = run?.metadata ?? {};
  if (phase === '' || (before && (before.name !== name || before.status === phase))) return;
  const tell = phase === 'Failed' || phase === 'Error' ? warn : note;
  const old = before ? before.status : 'NoPreviousStatus';
  const message = `${purpose} Analysis Run '${name}' Status New: '${phase}' Previous: '${old}'`;
  tell(work, `AnalysisRun${phase}`, message);
}
