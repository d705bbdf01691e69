import { isFinished } from '../analysis/phases.ts';
import type { Rollout, RolloutSpec } from '../model/rollout.ts';
import type { RolloutPhase, RolloutStatus } from '../model/rollout-status.ts';
import { WORKLOAD_GENERATION_ANNOTATION } from './revision.ts';
import { replicasOf } from './defaults.ts';
import { integer32Of, integerOfText } from './integers.ts';
import { isRestartDone } from './restart-done.ts';

/** Where a Rollout stands, and why. */
export interface PhaseAndMessage {
  readonly phase: RolloutPhase;
  readonly message: string;
}

/**
 * Whether the pods that are wanted are the stable ones: no update is under way.
 * @source IsFullyPromoted in utils/rollout/rolloututil.go of argoproj/argo-rollouts
 */
export function isFullyPromoted({ status }: Pick<Rollout, 'status'>): boolean {
  return (status?.stableRS ?? '') === (status?.currentPodHash ?? '');
}

/**
 * Where a Rollout stands as far as others can tell: the stored phase, once it belongs to what is wanted now.
 *
 * @param isTemplateReferenced  whether the pod template comes from another object
 * @source GetRolloutPhase in utils/rollout/rolloututil.go of argoproj/argo-rollouts
 */
export function rolloutPhase(rollout: Rollout, isTemplateReferenced = false): PhaseAndMessage {
  const { spec, status = {} } = rollout;
  if (!isGenerationObserved(rollout)) return progressing('waiting for rollout spec update to be observed');
  if (status.controllerPause === true && (status.pauseConditions ?? []).length === 0) {
    return progressing('waiting for rollout to unpause');
  }
  if (isTemplateReferenced && !isWorkloadGenerationObserved(rollout)) {
    return progressing('waiting for rollout spec update to be observed for the reference workload');
  }
  const { phase = '', message = '' } = status;
  return phase === '' ? calculatePhase(spec, status) : { phase, message };
}

/**
 * Where a Rollout stands by what is wanted and what is there.
 * @source CalculateRolloutPhase in utils/rollout/rolloututil.go of argoproj/argo-rollouts
 */
export function calculatePhase(spec: RolloutSpec, status: RolloutStatus): PhaseAndMessage {
  const { conditions = [], pauseConditions: [pause] = [] } = status;
  for (const { type, reason, message } of conditions) {
    if (type === 'InvalidSpec') return { phase: 'Degraded', message: `InvalidSpec: ${message}` };
    if (reason === 'RolloutAborted' || reason === 'ProgressDeadlineExceeded') {
      return { phase: 'Degraded', message: `${reason}: ${message}` };
    }
  }
  if (spec.paused === true) return { phase: 'Paused', message: 'manually paused' };
  if (pause !== undefined) return { phase: 'Paused', message: pause.reason };
  if (!isRestartDone({ spec, status })) return progressing('rollout is restarting');
  const { updatedReplicas = 0, availableReplicas = 0 } = status;
  if (updatedReplicas < replicasOf({ spec })) return progressing('more replicas need to be updated');
  if (availableReplicas < updatedReplicas) return progressing('updated replicas are still becoming available');
  const pending = whatIsPending(spec, status);
  return pending === undefined ? { phase: 'Healthy', message: '' } : progressing(pending);
}

function progressing(message: string): PhaseAndMessage {
  return { phase: 'Progressing', message };
}

/** What is left to do when all pods are there; undefined: nothing. */
function whatIsPending({ strategy }: RolloutSpec, status: RolloutStatus): string | undefined {
  const isPromoted = (status.stableRS ?? '') !== '' && isFullyPromoted({ status });
  if (strategy?.blueGreen !== undefined) {
    const { activeSelector = '', postPromotionAnalysisRunStatus: run } = status.blueGreen ?? {};
    if (activeSelector === '' || activeSelector !== status.currentPodHash) return 'active service cutover pending';
    if (isPromoted) return undefined;
    const isAnalysed = strategy.blueGreen.postPromotionAnalysis === undefined || isFinished(run?.status);
    return isAnalysed ? 'waiting for post-promotion verification to complete' : 'waiting for analysis to complete';
  }
  if (strategy?.canary === undefined) return undefined;
  const { replicas = 0, updatedReplicas = 0 } = status;
  // With a traffic router old pods may stay for long: they get no traffic.
  if (strategy.canary.trafficRouting === undefined && replicas > updatedReplicas) {
    return 'old replicas are pending termination';
  }
  return isPromoted ? undefined : 'waiting for all steps to complete';
}

/** A generation that is no number, or beyond the real one, was written by Argo 0.9, which had hashes there. */
function isGenerationObserved({ metadata, status }: Rollout): boolean {
  const observed = integerOfText(status?.observedGeneration ?? '');
  return observed === undefined || observed >= (metadata.generation ?? 0);
}

function isWorkloadGenerationObserved({ metadata, status }: Rollout): boolean {
  const generation = integer32Of(metadata.annotations?.[WORKLOAD_GENERATION_ANNOTATION] ?? '');
  const observed = integer32Of(status?.workloadObservedGeneration ?? '');
  return generation === undefined || observed === undefined || observed === generation;
}
