import type { KubernetesObject } from '../model/kubernetes.ts';
import { replicasIn, type ReplicaSet } from '../workload/replica-set.ts';
import { replicasOf } from './defaults.ts';
import { maxUnavailable } from './replicas/limits.ts';
import type { RolloutPod } from './seen.ts';
import { isSelected } from './validation/selector.ts';
import { createdMs } from './versions.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { RESYNC_MS, statusOf, wakeAfter, type Work } from './work.ts';

const RETRY_MS = 30_000;

/** What a restart has come to. */
export interface Restart {
  /** Pods that were evicted just now. */
  readonly restarted: number;
  /** The `restartAt` that is done; undefined: none, or not yet. */
  readonly restartedAt?: string;
}

/**
 * Evicts pods that are older than `restartAt`, as many at a time as may be missing.
 *
 * @throws StepFailure if one cannot be evicted, save that its disruption budget forbids it
 * @source Reconcile in rollout/restart.go of argoproj/argo-rollouts
 */
export function restartPods(work: Work): Restart {
  const { rollout, now } = work;
  const { restartAt } = rollout.spec;
  if (restartAt === undefined) return { restarted: 0 };
  const waitMs = Date.parse(restartAt) - now.getTime();
  if (waitMs >= 0) {
    if (waitMs < RESYNC_MS) wakeAfter(work, waitMs);
    return { restarted: 0 };
  }
  const { restartedAt } = statusOf(rollout);
  if (restartedAt !== undefined && Date.parse(restartedAt) === Date.parse(restartAt)) return { restarted: 0 };

  const pods = ownPods(work);
  const old = pods.filter((pod) => createdMs(pod) < Date.parse(restartAt));
  const restarted = evict(work, old, howMany(work, pods));
  if (old.length === restarted) return { restarted, restartedAt: restartAt };
  wakeAfter(work, RETRY_MS);
  return { restarted };
}

function ownPods({ rollout, seen, versions }: Work): readonly RolloutPod[] {
  const uids = new Set(versions.all.map(({ metadata }) => metadata.uid));
  return seen.pods.filter(({ metadata }) => {
    const isOwned = metadata.ownerReferences?.some(({ uid }) => uids.has(uid));
    return isOwned === true && isSelected(metadata.labels ?? {}, rollout.spec.selector);
  });
}

/** There may be more pods than wanted, as when a weight does not come out even. */
function howMany({ rollout, versions, now }: Work, pods: readonly RolloutPod[]): number {
  const { minReadySeconds = 0 } = rollout.spec;
  const available = pods.filter((pod) => isAvailable(pod, minReadySeconds, now)).length;
  const total = versions.all.reduce((sum, replicaSet: ReplicaSet) => sum + replicasIn(replicaSet), 0);
  return available - (Math.max(replicasOf(rollout), total) - Math.max(maxUnavailable(rollout), 1));
}

function isAvailable({ metadata, status }: RolloutPod, minReadySeconds: number, now: Date): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True' || metadata.deletionTimestamp !== undefined) return false;
  if (minReadySeconds === 0) return true;
  const since = ready.lastTransitionTime;
  return since !== undefined && Date.parse(since) + minReadySeconds * 1000 < now.getTime();
}

function evict({ writes }: Work, old: readonly RolloutPod[], most: number): number {
  let evicted = 0;
  for (const pod of old) {
    if (evicted >= most) break;
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const reply = writes.make({ verb: 'create', object: eviction(pod) });
    if (reply.went === 'failed' && reply.isRateLimited !== true) throw new StepFailure(reply.message);
    if (reply.went === 'done') evicted += 1;
  }
  return evicted;
}

function eviction({ metadata }: RolloutPod): KubernetesObject {
  const { name = '', namespace = '' } = metadata;
  return { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
}
