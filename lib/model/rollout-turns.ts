import type { Turns } from './kind-facts.ts';
import type { RolloutStatus } from './rollout-status.ts';

/**
 * What becomes of Rollouts, in the order in which it is told: another version is wanted, a step is done, that version is
 * the stable one, somebody or something gave it up; and the phases that others wait for. One status that was written
 * after another tells each of them once, however often the reconcile before it was tried.
 */
export const ROLLOUT_TURNS: Turns = {
  words: ['Updated', 'StepCompleted', 'Promoted', 'Aborted', 'Paused', 'Degraded', 'Healthy'],
  phases: ['Healthy', 'Degraded', 'Progressing', 'Paused'],
  between: (before, after) => turnsBetween(before ?? {}, after as RolloutStatus),
};

function turnsBetween(before: RolloutStatus, after: RolloutStatus): readonly string[] {
  const isUpdated = isSet(after.currentPodHash) && after.currentPodHash !== before.currentPodHash;
  const isPromoted = isSet(after.stableRS) && after.stableRS !== before.stableRS;
  const isAborted = after.abort === true && before.abort !== true;
  const phase = after.phase ?? '';
  const isNewPhase = phase !== before.phase && PHASES.has(phase);
  return [
    ...(isUpdated ? ['Updated'] : []),
    ...(isStepCompleted(before, after) ? ['StepCompleted'] : []),
    ...(isPromoted ? ['Promoted'] : []),
    ...(isAborted ? ['Aborted'] : []),
    ...(isNewPhase ? [phase] : []),
  ];
}

const PHASES: ReadonlySet<string> = new Set(['Paused', 'Degraded', 'Healthy']);

/** Whoever goes back, begins anew or skips all that is left has done no step. */
function isStepCompleted(before: RolloutStatus, after: RolloutStatus): boolean {
  const { currentStepIndex: from, currentPodHash, currentStepHash, promoteFull } = before;
  if (from === undefined || promoteFull === true || after.currentStepIndex !== from + 1) return false;
  return after.currentPodHash === currentPodHash && after.currentStepHash === currentStepHash;
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}
