import type { MemoryCluster } from '../clusters/memory/memory-cluster.ts';
import type { Timers } from '../model/timers.ts';
import { replicasIn, type ReplicaSet } from '../workload/replica-set.ts';

export interface PodSimulation {
  /** By pod template: pods of a ReplicaSet whose name matches never get ready. Default: all do. */
  readonly neverReady?: (replicaSet: ReplicaSet) => boolean;
  /** From the start of a pod to its being ready. Default 500. */
  readonly readyAfterMs?: number;
}

/**
 * Does what a ReplicaSet controller and its pods do, by the statuses of ReplicaSets alone: as many pods as are wanted are
 * there at once, and ready a while later.
 *
 * @returns ends it
 */
export function simulatePods(
  cluster: MemoryCluster,
  timers: Timers,
  { neverReady = () => false, readyAfterMs = 500 }: PodSimulation = {},
): () => void {
  let cancel = timers.after(100, look);
  const readyAtMs = new Map<string, number>();

  function look(): void {
    cancel = timers.after(100, look);
    for (const object of cluster.objects('ReplicaSet')) settle(object as ReplicaSet);
  }

  function settle(replicaSet: ReplicaSet): void {
    const { name = '', namespace = '' } = replicaSet.metadata;
    const wanted = replicasIn(replicaSet);
    const { replicas = 0, readyReplicas = 0 } = replicaSet.status ?? {};
    if (replicas !== wanted) {
      if (wanted > replicas) readyAtMs.set(name, timers.nowMs() + readyAfterMs);
      write(namespace, name, wanted, Math.min(readyReplicas, wanted));
    } else if (readyReplicas < wanted && timers.nowMs() >= (readyAtMs.get(name) ?? 0) && !neverReady(replicaSet)) {
      write(namespace, name, wanted, wanted);
    }
  }

  function write(namespace: string, name: string, replicas: number, ready: number): void {
    const status = { replicas, readyReplicas: ready, availableReplicas: ready };
    cluster.writeStatus('ReplicaSet', { namespace, name }, status);
  }
  return () => cancel();
}
