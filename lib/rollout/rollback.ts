import { createdMs, hashOf } from './versions.ts';
import { statusOf, type Work } from './work.ts';

/** On the ReplicaSets of Experiments, which are no versions of the Rollout. */
const EXPERIMENT_ANNOTATION = 'experiment.argoproj.io/name';

/**
 * Whether the pods that are wanted are the stable ones, or older than these. Once an update is done, always.
 * @source isRollback in rollout/sync.go of argoproj/argo-rollouts
 */
export function isRollback({ rollout, versions }: Work): boolean {
  const { latest, stable } = versions;
  if (latest === undefined || stable === undefined) return false;
  return isToStable(rollout.status?.stableRS, hashOf(latest)) || createdMs(latest) < createdMs(stable);
}

function isToStable(stableHash = '', hash: string): boolean {
  return stableHash === hash;
}

/**
 * Whether an earlier version is gone back to at once, without steps and pauses.
 * @source isFastRollback in rollout/sync.go of argoproj/argo-rollouts
 */
export function isFastRollback(work: Work): boolean {
  if (!isRollback(work)) return false;
  const { rollout, versions, isLatestWaiting } = work;
  const isStillThere = isLatestWaiting && rollout.spec.strategy?.blueGreen !== undefined;
  return isWithinWindow(work) || isStillThere || isToStable(statusOf(rollout).stableRS, hashOf(versions.latest));
}

/**
 * Whether no more versions lie between the one wanted and the stable one than `rollbackWindow` allows. Versions of one
 * second do not come one before the other.
 * @source isRollbackWithinWindow in rollout/sync.go of argoproj/argo-rollouts
 */
export function isWithinWindow({ rollout, versions }: Work): boolean {
  const { latest, stable, all } = versions;
  const { revisions = 0 } = rollout.spec.rollbackWindow ?? {};
  if (latest === undefined || stable === undefined || revisions <= 0) return false;
  const [fromMs, toMs] = [createdMs(latest), createdMs(stable)];
  if (fromMs >= toMs) return false;
  const between = all.filter((replicaSet) => {
    const isOfExperiment = (replicaSet.metadata.annotations?.[EXPERIMENT_ANNOTATION] ?? '') !== '';
    return !isOfExperiment && createdMs(replicaSet) < toMs && fromMs < createdMs(replicaSet);
  });
  return between.length < revisions;
}
