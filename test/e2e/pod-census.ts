import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { NAMESPACE } from './analysis-cluster.ts';
import type { ControlPlane } from './servers/control-plane.ts';

/** How many pods an application may have ready at least, and its ReplicaSets may want in all at most. */
export interface PodLimits {
  readonly leastReady: number;
  readonly mostWanted: number;
}

/** Counts the pods of each application (label `app`) in the namespace `shop`, at each change of one. */
export interface PodCensus {
  /** From now on, for each further change. */
  hold(app: string, limits: PodLimits): void;
  /** What was found outside of its limits, once for each time that it left them. */
  breaches(): readonly string[];
  /** The least ready and the most wanted so far, of those that are held. */
  extremes(app: string): { readonly leastReady: number; readonly mostWanted: number };
  stop(): Promise<void>;
}

interface Pod extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface ReplicaSet extends KubernetesObject {
  readonly spec: { readonly replicas?: number };
}

interface Listed<T> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

export function openPodCensus({ api }: ControlPlane): PodCensus {
  const stopping = new AbortController();
  const limits = new Map<string, PodLimits>();
  const extremes = new Map<string, { leastReady: number; mostWanted: number }>();
  const breaches: string[] = [];
  const outside = new Set<string>();
  const pods = new Map<string, Pod>();
  const replicaSets = new Map<string, ReplicaSet>();

  const judge = (app: string): void => {
    const limit = limits.get(app);
    if (limit === undefined) return;
    const ready = [...pods.values()].filter((pod) => appOf(pod) === app && isReady(pod)).length;
    const wanted = [...replicaSets.values()]
      .filter((each) => appOf(each) === app)
      .reduce((sum, { spec }) => sum + (spec.replicas ?? 1), 0);
    const before = extremes.get(app) ?? { leastReady: ready, mostWanted: wanted };
    extremes.set(app, {
      leastReady: Math.min(ready, before.leastReady),
      mostWanted: Math.max(wanted, before.mostWanted),
    });
    const isOutside = ready < limit.leastReady || wanted > limit.mostWanted;
    if (isOutside && !outside.has(app)) {
      const bounds = `at least ${limit.leastReady} ready, at most ${limit.mostWanted} wanted`;
      breaches.push(`${new Date().toISOString()} ${app}: ${ready} ready, ${wanted} wanted (${bounds})`);
    }
    if (isOutside) outside.add(app);
    else outside.delete(app);
  };
  /** Each change is seen, in its order: the state after it was one of the cluster's. */
  const follow = async <T extends KubernetesObject>(path: string, known: Map<string, T>): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const { items, metadata } = await api.call<Listed<T>>(path);
        known.clear();
        for (const item of items) known.set(item.metadata.uid ?? '', item);
        for (const app of limits.keys()) judge(app);
        await api.watch<T>(
          `${path}?watch=true&resourceVersion=${metadata.resourceVersion}`,
          ({ type, object }) => {
            if (type === 'DELETED') known.delete(object.metadata.uid ?? '');
            else if (type === 'ADDED' || type === 'MODIFIED') known.set(object.metadata.uid ?? '', object);
            judge(appOf(object));
          },
          stopping.signal,
        );
      } catch {
        await sleep(200);
      }
    }
  };
  const following = Promise.all([
    follow(`/api/v1/namespaces/${NAMESPACE}/pods`, pods),
    follow(`/apis/apps/v1/namespaces/${NAMESPACE}/replicasets`, replicaSets),
  ]);

  return {
    hold(app, limit) {
      limits.set(app, limit);
      judge(app);
    },
    breaches: () => breaches,
    extremes: (app) => extremes.get(app) ?? { leastReady: Infinity, mostWanted: 0 },
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

function appOf({ metadata }: KubernetesObject): string {
  return metadata.labels?.['app'] ?? '';
}

/** One that is being deleted is on its way out of Services. */
function isReady({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}
