import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { Rollout, RolloutSpec } from '../../lib/model/rollout.ts';
import type { RolloutStatus } from '../../lib/model/rollout-status.ts';
import { type AnalysisCluster, NAMESPACE } from './analysis-cluster.ts';
import { waitFor } from './servers/wait-for.ts';

/** Rollouts in a namespace of an analysis cluster, and what they have there. */
export interface RolloutCluster {
  create(name: string, spec: Partial<RolloutSpec>, metadata?: object): Promise<Rollout>;
  rollout(name: string): Promise<Rollout>;
  patch(name: string, patch: object): Promise<Rollout>;
  patchStatus(name: string, status: object): Promise<Rollout>;
  setImage(name: string, image: string): Promise<Rollout>;
  /** The Rollout once `holds` does; 120 s at most. */
  once(name: string, what: string, holds: (status: RolloutStatus, rollout: Rollout) => boolean): Promise<Rollout>;
  /** The Rollout once the pods that are wanted are the stable ones, and all are there. */
  healthy(name: string): Promise<Rollout>;
  paused(name: string, step?: number): Promise<Rollout>;
  /** Pods that ReplicaSets of the Rollout want, by image. */
  pods(name: string): Promise<Readonly<Record<string, number>>>;
  /** Pods that are there. */
  podCount(name: string): Promise<number>;
  createService(name: string, app: string): Promise<void>;
  /** What a Service selects, by the hash of pods. */
  selectedBy(service: string): Promise<string | undefined>;
  /** Reasons of the Events on the Rollout, in the order in which they were first seen. */
  reasons(name: string): Promise<readonly string[]>;
}

interface ReplicaSet extends KubernetesObject {
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

interface Event extends KubernetesObject {
  readonly reason: string;
  readonly involvedObject: { readonly name: string; readonly kind: string };
}

const MERGE = 'application/merge-patch+json';

/** In the namespace `shop`, unless another is named. */
export function openRolloutCluster({ plane: { api } }: AnalysisCluster, namespace = NAMESPACE): RolloutCluster {
  const rolloutsPath = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts`;
  const rollout = (name: string) => api.call<Rollout>(`${rolloutsPath}/${name}`);
  const patch = (path: string, body: object) =>
    api.call<Rollout>(`${rolloutsPath}/${path}`, { method: 'PATCH', contentType: MERGE, body });
  const once: RolloutCluster['once'] = async (name, what, holds) => {
    let last: Rollout | undefined;
    const look = async () => {
      last = await rollout(name);
      return holds(last.status ?? {}, last) && last;
    };
    try {
      return await waitFor(`rollout ${name} ${what}`, look, { timeoutMs: 60_000, everyMs: 200 });
    } catch (error) {
      const status = JSON.stringify(last?.status, undefined, 1) ?? 'none';
      throw new Error(`${(error as Error).message}; its status is ${status}`, { cause: error });
    }
  };
  return {
    rollout,
    once,
    create(name, spec, metadata = {}) {
      const labels = { app: name };
      const template = aTemplate(name, `${name}:1`);
      const defaults = { replicas: 3, revisionHistoryLimit: 3, selector: { matchLabels: labels }, template };
      const body = {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        metadata: { name, ...metadata },
        spec: { ...defaults, ...spec },
      };
      return api.call(rolloutsPath, { method: 'POST', body });
    },
    patch,
    patchStatus: (name, status) => patch(`${name}/status`, { status }),
    setImage: (name, image) => patch(name, { spec: { template: aTemplate(name, image) } }),
    healthy: (name) => once(name, 'to be healthy', isHealthy),
    paused: (name, step) =>
      once(name, `to be paused at ${step ?? 'a step'}`, ({ phase, currentStepIndex }, { metadata, status }) => {
        const isSeen = status?.observedGeneration === String(metadata.generation);
        return isSeen && phase === 'Paused' && (step === undefined || currentStepIndex === step);
      }),
    async pods(name) {
      const path = `/apis/apps/v1/namespaces/${namespace}/replicasets?labelSelector=${encodeURIComponent(`app=${name}`)}`;
      const { items } = await api.call<{ items: readonly ReplicaSet[] }>(path);
      const byImage: Record<string, number> = {};
      for (const { spec } of items) {
        const image = spec.template.spec.containers[0]?.image ?? '';
        byImage[image] = (byImage[image] ?? 0) + spec.replicas;
      }
      return byImage;
    },
    async podCount(name) {
      const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(`app=${name}`)}`;
      return (await api.call<{ items: readonly KubernetesObject[] }>(path)).items.length;
    },
    async createService(name, app) {
      const spec = { selector: { app }, ports: [{ port: 80 }] };
      const body = { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
      await api.call(`/api/v1/namespaces/${namespace}/services`, { method: 'POST', body });
    },
    async selectedBy(service) {
      const path = `/api/v1/namespaces/${namespace}/services/${service}`;
      const { spec } = await api.call<{ spec: { selector?: Readonly<Record<string, string>> } }>(path);
      return spec.selector?.['rollouts-pod-template-hash'];
    },
    async reasons(name) {
      const { items } = await api.call<{ items: readonly Event[] }>(`/api/v1/namespaces/${namespace}/events`);
      const own = items.filter(
        ({ involvedObject }) => involvedObject.kind === 'Rollout' && involvedObject.name === name,
      );
      return own
        .toSorted((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1))
        .map(({ reason }) => reason);
    },
  };
}

function isHealthy(
  { phase, stableRS, currentPodHash, observedGeneration }: RolloutStatus,
  { metadata }: Rollout,
): boolean {
  return phase === 'Healthy' && stableRS === currentPodHash && observedGeneration === String(metadata.generation);
}

/** Pods that run until they are removed; `never-ready/…` never get ready. */
export function aTemplate(app: string, image: string): NonNullable<RolloutSpec['template']> {
  const containers = [{ name: 'main', image, ports: [{ name: 'http', containerPort: 8080 }] }];
  return { metadata: { labels: { app } }, spec: { terminationGracePeriodSeconds: 0, containers } };
}
