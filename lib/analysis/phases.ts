import type { AnalysisPhase } from '../model/phase.ts';

/** From best to worst. Any other phase ranks like the best. */
const ORDER: readonly AnalysisPhase[] = ['Successful', 'Running', 'Pending', 'Inconclusive', 'Error', 'Failed'];

/** Whether a run, metric or measurement of this phase has ended. */
export function isFinished(phase: AnalysisPhase | undefined): boolean {
  return phase === 'Successful' || phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive';
}

/** @source IsWorse in utils/analysis/helpers.go of argoproj/argo-rollouts */
export function isWorse(current: AnalysisPhase, candidate: AnalysisPhase): boolean {
  return rank(candidate) > rank(current);
}

/** The worse of two phases; the first where they rank alike. */
export function worstOf(left: AnalysisPhase, right: AnalysisPhase): AnalysisPhase {
  return isWorse(left, right) ? right : left;
}

function rank(phase: AnalysisPhase): number {
  return Math.max(0, ORDER.indexOf(phase));
}
