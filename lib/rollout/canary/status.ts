import type { CanaryStatus, RolloutStatus, TrafficWeights } from '../../model/rollout-status.ts';
import { availableInAll } from '../../workload/replica-set.ts';
import { baseStatus, replicasThere, withReset } from '../base-status.ts';
import { areTemplateOrStepsChanged } from '../changes.ts';
import { currentStep } from '../current-step.ts';
import { type Ending, endWith } from '../ending.ts';
import { forgetPauses, isAborted } from '../intent.ts';
import { promoteStable, replaceWorkload, whyPromote } from '../promote.ts';
import { isWithinWindow } from '../rollback.ts';
import { formatSelector } from '../selector.ts';
import { stepHash } from '../step-hash.ts';
import { stepText } from '../step-text.ts';
import { hashOf, isActive } from '../versions.ts';
import { note, statusOf, type Work } from '../work.ts';
import { type Done, isStepDone } from './step-done.ts';

/** What a reconcile has done for a canary before its status is reckoned. */
export interface CanaryProgress extends Done {
  readonly weights: TrafficWeights | undefined;
  readonly currentExperiment?: string | undefined;
  readonly runs?: Pick<CanaryStatus, 'currentStepAnalysisRunStatus' | 'currentBackgroundAnalysisRunStatus'>;
  /** The `restartAt` that was done. */
  readonly restartedAt?: string | undefined;
}

/**
 * Ends the reconcile of a canary.
 * @source syncRolloutStatusCanary in rollout/canary.go of argoproj/argo-rollouts
 */
export function endCanary(work: Work, progress: CanaryProgress): Ending {
  const { rollout, intent } = work;
  const before = statusOf(rollout);
  const after = canaryStatus(work, progress);
  const steps = rollout.spec.strategy?.canary?.steps?.length ?? 0;
  if (areTemplateOrStepsChanged(rollout, work.versions.latest)) return endWith(work, startAnew(work, after, steps));

  const skipsSteps = before.promoteFull === true || isWithinWindow(work);
  if (skipsSteps) forgetPauses(intent);
  const reason = whyPromote(work, after, { isAnalysed: true });
  if (reason !== undefined) {
    const promoted = promoteStable(work, after, reason);
    replaceWorkload(work);
    return endWith(work, promoted);
  }
  if (isAborted(intent, before)) {
    const index = (after.stableRS ?? '') === after.currentPodHash ? steps : 0;
    return endWith(work, withIndex(after, steps > 0 ? index : undefined));
  }
  const at = skipsSteps && steps > 0 ? steps : currentStep(rollout).index;
  return endWith(work, finishStep(work, after, progress, at));
}

function canaryStatus(work: Work, progress: CanaryProgress): RolloutStatus {
  const { rollout, versions } = work;
  const before = statusOf(rollout);
  const { weights, currentExperiment, runs, restartedAt } = progress;
  const { stablePingPong, stepPluginStatuses } = before.canary ?? {};
  return {
    ...baseStatus(work),
    ...(restartedAt !== undefined && { restartedAt }),
    availableReplicas: availableInAll(versions.all),
    HPAReplicas: replicasThere(versions.all),
    selector: formatSelector(rollout.spec.selector),
    ...(before.stableRS !== undefined && { stableRS: before.stableRS }),
    currentStepHash: stepHash(rollout),
    canary: {
      ...(weights && { weights }),
      ...(currentExperiment !== undefined && { currentExperiment }),
      ...runs,
      ...(stablePingPong !== undefined && { stablePingPong }),
      ...(stepPluginStatuses && { stepPluginStatuses }),
    },
  };
}

/** Back to the stable pods, or to others that are still there, there are no steps. */
function startAnew(work: Work, after: RolloutStatus, steps: number): RolloutStatus {
  const { rollout, versions } = work;
  const {
    currentStepAnalysisRunStatus: _s,
    currentBackgroundAnalysisRunStatus: _b,
    stepPluginStatuses: _p,
    ...canary
  } = after.canary ?? {};
  const reset = withReset(work, { ...after, canary });
  const { latest } = versions;
  if (latest === undefined || steps === 0) return reset;
  if (statusOf(rollout).stableRS === hashOf(latest)) {
    note(work, 'SkipSteps', 'Rollback to stable ReplicaSets');
  } else if (isWithinWindow(work) && isActive(latest)) {
    note(work, 'SkipSteps', 'Rollback to active ReplicaSets within RollbackWindow');
  } else {
    return reset;
  }
  return { ...reset, currentStepIndex: steps };
}

function finishStep(work: Work, after: RolloutStatus, progress: CanaryProgress, at: number | undefined): RolloutStatus {
  const { step } = currentStep(work.rollout);
  if (step === undefined || !isStepDone(work, progress)) return withIndex(after, at);
  const { currentStepAnalysisRunStatus: _done, ...canary } = after.canary ?? {};
  const index = (at ?? 0) + 1;
  // Where all steps are skipped, Argo counts one too many of both.
  const total = Math.max(index, work.rollout.spec.strategy?.canary?.steps?.length ?? 0);
  note(work, 'RolloutStepCompleted', `Rollout step ${index}/${total} completed (${stepText(step)})`);
  work.intent.resumes.push('CanaryPauseStep');
  return withIndex({ ...after, canary }, index);
}

function withIndex(after: RolloutStatus, currentStepIndex: number | undefined): RolloutStatus {
  return currentStepIndex === undefined ? after : { ...after, currentStepIndex };
}
