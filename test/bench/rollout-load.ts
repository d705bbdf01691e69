import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { Rollout } from '../../lib/model/rollout.ts';
import type { CanaryStep } from '../../lib/model/canary-step.ts';
import type { WatchEvent } from '../e2e/servers/api-client.ts';
import type { ControlPlane } from '../e2e/servers/control-plane.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';

/** Rollouts of a namespace, and what is seen to become of them. */
export interface RolloutLoad {
  /** Creates their namespace where it is not there, and them, and waits until all are healthy. */
  deploy(): Promise<void>;
  /** Gives all of them an image at once. @returns how long each took to be healthy, in milliseconds */
  update(image: string): Promise<readonly number[]>;
  /** From pods that got available, as their ReplicaSet has it, to the next version of their Rollout; in milliseconds. */
  followedMs(): readonly number[];
  /** Removes the Rollouts and what is theirs. */
  remove(): Promise<void>;
}

export interface RolloutLoadOptions {
  readonly namespace: string;
  readonly count: number;
  readonly replicas: number;
  /** Default: four weights, without pauses. */
  readonly steps?: readonly CanaryStep[];
  /** Whether the traffic of each goes through nginx, by Services and an Ingress of its own. Default: pods alone. */
  readonly isRouted?: boolean;
}

interface ReplicaSet extends KubernetesObject {
  readonly status?: { readonly availableReplicas?: number };
}

const FOUR_WEIGHTS: readonly CanaryStep[] = [
  { setWeight: 25 },
  { setWeight: 50 },
  { setWeight: 75 },
  { setWeight: 100 },
];
const AT_ONCE = 50;

export function openRolloutLoad(plane: ControlPlane, options: RolloutLoadOptions): RolloutLoad {
  const { api } = plane;
  const { namespace, count, replicas, steps = FOUR_WEIGHTS, isRouted = false } = options;
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts`;
  const replicaSets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
  const names = Array.from({ length: count }, (_, index) => `rollout-${index}`);
  const healthyAt = new Map<string, number>();
  const available = new Map<string, number>();
  const rises: Seen[] = [];
  const versions: Seen[] = [];

  const seeRollout = ({ object }: { readonly object: Rollout }): void => {
    const { name = '' } = object.metadata;
    versions.push(seen(name, object));
    if (isHealthy(object)) healthyAt.set(name, healthyAt.get(name) ?? performance.now());
    else healthyAt.delete(name);
  };
  const seeReplicaSet = ({ object }: { readonly object: ReplicaSet }): void => {
    const owner = object.metadata.ownerReferences?.[0]?.name ?? '';
    const { name = '' } = object.metadata;
    const now = object.status?.availableReplicas ?? 0;
    if (now > (available.get(name) ?? 0)) rises.push(seen(owner, object));
    available.set(name, now);
  };
  /** Again and again: who is slow to read, as this process may be, is cut off, and hears of all of them anew. */
  const follow = async (signal: AbortSignal): Promise<void> => {
    const keep = async <Item>(from: string, see: (event: WatchEvent<Item>) => void): Promise<void> => {
      while (!signal.aborted) await api.watch(`${from}?watch=true`, see, signal).catch(() => sleep(100));
    };
    await Promise.all([keep(path, seeRollout), keep(replicaSets, seeReplicaSet)]);
  };
  /** Does something, and waits until all are healthy. */
  const untilHealthy = async (work: () => Promise<void>): Promise<number> => {
    healthyAt.clear();
    rises.length = 0;
    versions.length = 0;
    const watching = new AbortController();
    const following = follow(watching.signal);
    const startMs = performance.now();
    await work();
    try {
      const areAll = () => healthyAt.size === count;
      await waitFor(`${count} Rollouts to be healthy`, areAll, { timeoutMs: 300_000, everyMs: 50 });
    } finally {
      watching.abort();
      await following;
    }
    return startMs;
  };
  const each = async (work: (name: string) => Promise<unknown>): Promise<void> => {
    const left = [...names];
    const worker = async (): Promise<void> => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) await work(name);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };

  return {
    async deploy() {
      await plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
      await waitFor('the service account of the pods', () => api.call(account));
      if (isRouted) {
        const items = names.flatMap((name) => routesOf(name));
        await plane.kubectl(['create', '-n', namespace, '-f', '-'], { input: JSON.stringify(aList(items)) });
      }
      const canaryOf = (name: string) => ({ steps, ...(isRouted && routingOf(name)) });
      const body = (name: string) => aRollout(name, replicas, canaryOf(name));
      await untilHealthy(() => each((name) => api.call(path, { method: 'POST', body: body(name) })));
    },
    async update(image) {
      const contentType = 'application/merge-patch+json';
      const body = { spec: { template: aTemplate(image) } };
      const startMs = await untilHealthy(() =>
        each(async (name) => {
          await api.call(`${path}/${name}`, { method: 'PATCH', contentType, body });
        }),
      );
      return names.map((name) => (healthyAt.get(name) ?? Infinity) - startMs);
    },
    // Two watches tell in no order of their own; versions do, as one counter gives them.
    followedMs: () =>
      rises.flatMap(({ rollout, version, atMs }) => {
        const next = versions.find((after) => after.rollout === rollout && after.version > version);
        return next ? [Math.max(next.atMs - atMs, 0)] : [];
      }),
    async remove() {
      await plane.kubectl(['delete', 'namespace', namespace, '--timeout=180s'], { timeoutMs: 200_000 });
    },
  };
}

/** A version of a Rollout, or of a ReplicaSet of one, and when it was heard of. */
interface Seen {
  readonly rollout: string;
  readonly version: number;
  readonly atMs: number;
}

function seen(rollout: string, { metadata }: KubernetesObject): Seen {
  return { rollout, version: Number(metadata.resourceVersion), atMs: performance.now() };
}

function isHealthy({ metadata, status = {} }: Rollout): boolean {
  const { phase, stableRS, currentPodHash, observedGeneration } = status;
  return phase === 'Healthy' && stableRS === currentPodHash && observedGeneration === String(metadata.generation);
}

function aRollout(name: string, replicas: number, canary: object): object {
  const spec = {
    replicas,
    selector: { matchLabels: { app: name } },
    template: aTemplate('app:1', name),
    strategy: { canary },
  };
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name }, spec };
}

/** Old pods go soon after an update, so that it is over. */
function routingOf(name: string): object {
  const trafficRouting = { nginx: { stableIngress: name } };
  return { ...servicesOf(name), trafficRouting, scaleDownDelaySeconds: 1 };
}

function routesOf(name: string): readonly object[] {
  const { stableService, canaryService } = servicesOf(name);
  const services = [stableService, canaryService].map((service) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  }));
  const backend = { service: { name: stableService, port: { number: 80 } } };
  const rules = [{ host: `${name}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name }, spec: { rules } };
  return [...services, ingress];
}

function servicesOf(name: string) {
  return { stableService: `${name}-stable`, canaryService: `${name}-canary` };
}

function aList(items: readonly object[]): object {
  return { apiVersion: 'v1', kind: 'List', items };
}

/** Without a name it is what a merge patch says of the containers. */
function aTemplate(image: string, app?: string): object {
  const containers = [{ name: 'main', image, ports: [{ name: 'http', containerPort: 8080 }] }];
  return {
    ...(app !== undefined && { metadata: { labels: { app } } }),
    spec: { terminationGracePeriodSeconds: 0, containers },
  };
}
