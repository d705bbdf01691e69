import { isFinished } from '../analysis/phases.ts';
import type { AnalysisPhase } from '../model/phase.ts';
import type { ExperimentAnalysisRunStatus } from '../model/experiment.ts';
import type { EventRecord } from '../model/outcome.ts';
import { formatted } from '../expression/go/formatted.ts';
import { findRolloutOwner } from './lifecycle.ts';
import type { Work } from './work.ts';

/** Whether a phase is one to warn of. */
export function eventType(phase: AnalysisPhase): EventRecord['type'] {
  return isFinished(phase) && phase !== 'Successful' ? 'Warning' : 'Normal';
}

/**
 * Tells that an analysis has got into another phase; also, and always as a warning, to the Rollout that the experiment
 * is a step of.
 */
export function tellPhase(
  work: Work,
  before: ExperimentAnalysisRunStatus,
  { name, phase, message = '' }: ExperimentAnalysisRunStatus,
): void {
  if (before.phase === phase || phase === '') return;
  const text = `AnalysisRun '${name}' transitioned from ${before.phase} -> ${phase}`;
  const event = { reason: `AnalysisRun${phase}`, message: formatted(message === '' ? text : `${text}: ${message}`) };
  work.events.push({ type: eventType(phase), ...event });

  const rollout = findRolloutOwner(work.experiment);
  if (rollout === undefined || work.seen.hasRollout !== true) return;
  const { apiVersion, kind, name: owner, uid } = rollout;
  const about = { apiVersion, kind, namespace: work.experiment.metadata.namespace ?? '', name: owner, uid };
  work.events.push({ type: 'Warning', ...event, about });
}
