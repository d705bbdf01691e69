import type { RolloutStatus } from '../model/rollout-status.ts';
import { availableIn } from '../workload/replica-set.ts';
import { currentStep } from './current-step.ts';
import { replicasOf } from './defaults.ts';
import { scaleWorkload } from './follow-workload.ts';
import { forgetPauses, isAborted } from './intent.ts';
import { isThresholdMet } from './replicas/at-desired.ts';
import { isFastRollback, isWithinWindow } from './rollback.ts';
import { revisionOf } from './revision.ts';
import { note, statusOf, type Work } from './work.ts';

/** What was found of a canary, or of a blue-green update, as far as it matters here. */
export interface PromotionFacts {
  /** Whether the analysis after the promotion, if there is one, has ended well. */
  readonly isAnalysed: boolean;
}

/**
 * Why the pods that are wanted become the stable ones; undefined: they do not yet.
 * @source shouldFullPromote in rollout/sync.go of argoproj/argo-rollouts
 */
export function whyPromote(work: Work, after: RolloutStatus, { isAnalysed }: PromotionFacts): string | undefined {
  const { canary, blueGreen } = work.rollout.spec.strategy ?? {};
  if (work.versions.stable === undefined) return 'Initial deploy';
  if (canary) return isCanaryAvailable(work) ? (whyAtOnce(work) ?? whyCanary(work)) : undefined;
  if (!blueGreen) return undefined;
  const { activeSelector = '' } = after.blueGreen ?? {};
  if (activeSelector === '') return 'Initial deploy';
  if (activeSelector !== after.currentPodHash || work.lacksTargets === true) return undefined;
  const atOnce = whyAtOnce(work);
  if (atOnce !== undefined || isAborted(work.intent, statusOf(work.rollout))) return atOnce;
  return isAnalysed ? 'Completed blue-green update' : undefined;
}

function isCanaryAvailable({ rollout, intent, versions }: Work): boolean {
  const { latest } = versions;
  if (isAborted(intent, statusOf(rollout)) || latest === undefined) return false;
  const wanted = replicasOf(rollout);
  const { replicaProgressThreshold } = rollout.spec.strategy?.canary ?? {};
  return availableIn(latest) >= wanted || isThresholdMet(replicaProgressThreshold, latest, wanted);
}

function whyAtOnce(work: Work): string | undefined {
  if (statusOf(work.rollout).promoteFull === true) return 'Full promotion requested';
  if (!isFastRollback(work)) return undefined;
  return isWithinWindow(work) ? 'Rollback within window' : 'Fast rollback';
}

function whyCanary({ rollout }: Work): string | undefined {
  const count = rollout.spec.strategy?.canary?.steps?.length ?? 0;
  return count === 0 || currentStep(rollout).index === count ? `Completed all ${count} canary steps` : undefined;
}

/**
 * The status once the pods that are wanted have become the stable ones, with an event if they were not.
 * @source promoteStable in rollout/sync.go of argoproj/argo-rollouts
 */
export function promoteStable(work: Work, after: RolloutStatus, reason: string): RolloutStatus {
  forgetPauses(work.intent);
  const { promoteFull: _promoteFull, currentStepIndex: index, ...rest } = after;
  const { canary } = work.rollout.spec.strategy ?? {};
  const steps = canary?.steps?.length ?? 0;
  const currentStepIndex = canary ? steps || undefined : index;
  const promoted = { ...rest, ...(currentStepIndex !== undefined && { currentStepIndex }) };
  const { currentPodHash = '', stableRS = '' } = after;
  if (stableRS === currentPodHash) return promoted;
  const revision = `revision ${revisionOf(work.rollout)} (${currentPodHash})`;
  note(work, 'RolloutCompleted', `Rollout completed update to ${revision}: ${reason}`);
  return { ...promoted, ...completionOf(work, after), ...pingPong(work, after), stableRS: currentPodHash };
}

/**
 * Takes the pods of the Deployment whose template the Rollout uses, once the first version of the Rollout is well.
 * @throws StepFailure if it is not there, or cannot be written
 */
export function replaceWorkload(work: Work): void {
  const { rollout } = work;
  const isWanted = rollout.spec.workloadRef?.scaleDown === 'onsuccess';
  if (isWanted && revisionOf(rollout) === 1 && statusOf(rollout).phase === 'Healthy') scaleWorkload(work, 0);
}

function completionOf({ rollout }: Work, { duration }: RolloutStatus): Pick<RolloutStatus, 'duration'> {
  if (duration === undefined || duration.completionStatus !== undefined) return {};
  const completionStatus = statusOf(rollout).promoteFull === true ? 'FastPromoted' : 'Promoted';
  return { duration: { ...duration, completionStatus } };
}

/** The two Services take turns. */
function pingPong({ rollout }: Work, after: RolloutStatus): Pick<RolloutStatus, 'canary'> {
  if (rollout.spec.strategy?.canary?.pingPong === undefined) return {};
  const stablePingPong = statusOf(rollout).canary?.stablePingPong === 'ping' ? 'pong' : 'ping';
  return { canary: { ...after.canary, stablePingPong } };
}
