import { abortScaleDownDelay } from './defaults.ts';
import { isAborted } from './intent.ts';
import { statusOf, type Work } from './work.ts';

/**
 * Whether an aborted update keeps its new pods for a while.
 * @source shouldDelayScaleDownOnAbort in rollout/replicaset.go of argoproj/argo-rollouts
 */
export function isDelayedOnAbort({ rollout, intent, versions }: Work): boolean {
  if (!isAborted(intent, statusOf(rollout)) || versions.stable === undefined) return false;
  const { canary } = rollout.spec.strategy ?? {};
  if (canary !== undefined && canary.trafficRouting === undefined) return false;
  const { seconds, isExplicit } = abortScaleDownDelay(rollout);
  // Not at all, by the wish of the user; or step by step, where nothing else was wished.
  if (seconds === undefined) return false;
  return canary?.dynamicStableScale !== true || isExplicit;
}
