import { INSTANCE_ID_LABEL, POD_HASH_LABEL } from '../model/labels.ts';

/** What a Rollout makes an analysis for. */
export type RolloutPurpose =
  | { readonly is: 'Step'; readonly index: number }
  | { readonly is: 'Background' | 'PrePromotion' | 'PostPromotion' };

/**
 * The labels of a run that a Rollout makes.
 *
 * @param instanceId  of the controller that the Rollout belongs to; empty: none
 * @source StepLabels, BackgroundLabels, … in utils/analysis/factory.go of argoproj/argo-rollouts
 */
export function rolloutLabels(purpose: RolloutPurpose, podHash: string, instanceId: string): Record<string, string> {
  return {
    [POD_HASH_LABEL]: podHash,
    'rollout-type': purpose.is,
    ...(purpose.is === 'Step' && { 'step-index': String(purpose.index) }),
    ...(instanceId !== '' && { [INSTANCE_ID_LABEL]: instanceId }),
  };
}
