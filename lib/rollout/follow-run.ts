import type { AnalysisRun } from '../model/analysis-run.ts';
import type { RolloutAnalysis } from '../model/rollout-analysis.ts';
import { INSTANCE_ID_LABEL } from '../model/labels.ts';
import { findName } from '../analysis/names.ts';
import { SpecError } from '../analysis/spec-error.ts';
import { buildRolloutArguments } from './analysis-arguments.ts';
import { newRunFromRollout } from './analysis-run.ts';
import { rolloutLabels, type RolloutPurpose } from './labels.ts';
import { hashOf } from './versions.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { findPause, statusOf, type Work } from './work.ts';

/**
 * Whether a run is to be started: there is none, or one that could not decide and for which the Rollout was paused, or
 * one of before an abort.
 *
 * @source needsNewAnalysisRun in rollout/analysis.go of argoproj/argo-rollouts
 */
export function needsNewRun({ rollout }: Work, run: AnalysisRun | undefined): run is undefined {
  const status = statusOf(rollout);
  if (run === undefined) return true;
  const isPausedElsewise = findPause(status, 'CanaryPauseStep') ?? findPause(status, 'BlueGreenPause');
  if (status.controllerPause === true && isPausedElsewise === undefined) return run.status?.phase === 'Inconclusive';
  return status.abortedAt !== undefined;
}

/** Pauses or aborts by what a run has come to. @param what  begins the message of an abort */
export function heed(work: Work, run: AnalysisRun | undefined, what: string): void {
  const { phase, message = '' } = run?.status ?? {};
  if (phase === 'Inconclusive') work.intent.pauses.push('InconclusiveAnalysisRun');
  if (phase !== 'Error' && phase !== 'Failed') return;
  work.intent.aborts = message === '' ? `${what} phase error/failed` : `${what} phase error/failed: ${message}`;
}

/**
 * Starts a run, or takes up one that was started before.
 *
 * @throws StepFailure if its templates or arguments are wrong, or it cannot be created
 * @source createAnalysisRun in rollout/analysis.go of argoproj/argo-rollouts
 */
export function startRun(work: Work, analysis: RolloutAnalysis, purpose: RolloutPurpose, infix: string): AnalysisRun {
  const { rollout, seen, versions } = work;
  const podHash = hashOf(versions.latest);
  const instanceId = rollout.metadata.labels?.[INSTANCE_ID_LABEL] ?? '';
  const labels = rolloutLabels(purpose, podHash, instanceId);
  try {
    const hashes = { latest: podHash, stable: hashOf(versions.stable) };
    const { args, problem } = buildRolloutArguments(analysis.args ?? [], hashes, rollout);
    if (problem !== undefined) throw new StepFailure(problem);
    const run = newRunFromRollout(rollout, analysis, { podHash, infix, labels, args }, seen.templates);
    return createRun(work, run);
  } catch (error) {
    throw error instanceof SpecError ? new StepFailure(error.message) : error;
  }
}

function createRun({ writes }: Work, run: AnalysisRun): AnalysisRun {
  let there = run;
  const { name } = findName(run, (wanted) => {
    const object = { ...run, metadata: { ...run.metadata, name: wanted } };
    const reply = writes.make({ verb: 'create', object });
    if (reply.went === 'failed') throw new StepFailure(reply.message);
    if (reply.went === 'done') return undefined;
    if ('problem' in reply.found) throw new StepFailure(reply.found.problem);
    there = reply.found.object as AnalysisRun;
    return there;
  });
  return there.metadata.name === name ? there : { ...run, metadata: { ...run.metadata, name } };
}
