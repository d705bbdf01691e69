import { setTimeout as sleep } from 'node:timers/promises';
import type { Experiment } from '../../lib/model/experiment.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { POD_HASH_LABEL } from '../../lib/model/labels.ts';
import { aTemplate } from '../e2e/rollout-cluster.ts';
import type { WatchEvent } from '../e2e/servers/api-client.ts';
import type { ControlPlane } from '../e2e/servers/control-plane.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';

/** Blue-green Rollouts and Experiments of a namespace, and how soon something follows what becomes of their pods. */
export interface FollowLoad {
  /** Creates Rollouts, each with its active Service, and waits until that selects their pods. */
  deploy(names: readonly string[]): Promise<void>;
  /**
   * Updates them: all at once, or one after the other.
   *
   * @returns from the pods of each new version being available, to the active Service selecting them; in milliseconds
   */
  update(names: readonly string[], image: string, isAtOnce: boolean): Promise<readonly number[]>;
  /** Lets Experiments run for two seconds. */
  run(names: readonly string[], isAtOnce: boolean): Promise<readonly Ran[]>;
  /** Begins Experiments that go on, and waits until they run. */
  begin(names: readonly string[]): Promise<void>;
  /** Changes a ReplicaSet of each of these Rollouts and Experiments, to no effect, one after the other. */
  touch(names: readonly string[]): Promise<void>;
  /** Ends the watches. */
  close(): void;
}

/** In milliseconds. */
export interface Ran {
  /** From its ReplicaSet being there, without pods, to its getting them. */
  readonly scaledMs: number;
  /** From its pods being available, to its saying that it runs. */
  readonly runningMs: number;
  /** From its pods being gone, to its Service being deleted. */
  readonly unservedMs: number;
}

interface ReplicaSet extends KubernetesObject {
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
  readonly status: { readonly replicas?: number; readonly availableReplicas?: number };
}
interface Service extends KubernetesObject {
  readonly spec: { readonly selector?: Readonly<Record<string, string>> };
}

const PODS = 2;
const RUN_IMAGE = 'app:1';
const PATIENCE = { timeoutMs: 180_000, everyMs: 20 };
const ARGO = 'argoproj.io/v1alpha1';
const MERGE = 'application/merge-patch+json';

/** What it sees, it sees by watches of its own. */
export function openFollowLoad(plane: ControlPlane, namespace: string): FollowLoad {
  const { api } = plane;
  const own = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}`;
  const replicaSets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
  const services = `/api/v1/namespaces/${namespace}/services`;
  const watching = new AbortController();
  /** When each thing was first seen. */
  const seen = new Map<string, number>();
  /** The hash of the pods of an owner, by their image. */
  const hashes = new Map<string, string>();

  const see = (what: string): void => void (seen.has(what) || seen.set(what, performance.now()));
  const seeReplicaSet = ({ object: { metadata, spec, status } }: WatchEvent<ReplicaSet>): void => {
    const pods = `${metadata.ownerReferences?.[0]?.name} ${spec.template.spec.containers[0]?.image}`;
    hashes.set(pods, metadata.labels?.[POD_HASH_LABEL] ?? '');
    const { availableReplicas = 0 } = status;
    if (!seen.has(`${pods} created`)) see(`${pods} created`);
    else if (spec.replicas > 0) see(`${pods} wanted`);
    if (spec.replicas > 0 && availableReplicas === spec.replicas) see(`${pods} available`);
    if (spec.replicas === 0 && availableReplicas === 0 && seen.has(`${pods} available`)) see(`${pods} gone`);
  };
  const seeService = ({ type, object: { metadata, spec } }: WatchEvent<Service>): void =>
    see(
      type === 'DELETED' ? `${metadata.name} removed` : `${metadata.name} selects ${spec.selector?.[POD_HASH_LABEL]}`,
    );
  const seeExperiment = ({ object: { metadata, status } }: WatchEvent<Experiment>): void =>
    see(`${metadata.name} ${status?.phase}`);
  /** Again and again: API servers end watches. */
  const keep = async <Item>(path: string, tell: (event: WatchEvent<Item>) => void): Promise<void> => {
    const { signal } = watching;
    while (!signal.aborted) await api.watch(`${path}?watch=true`, tell, signal).catch(() => sleep(100));
  };
  const once = async (what: string): Promise<number> => waitFor(what, () => seen.get(what), PATIENCE);
  // Two watches tell in no order of their own.
  const between = async (cause: string, effect: string): Promise<number> =>
    Math.max((await once(effect)) - (await once(cause)), 0);
  const post = (path: string, apiVersion: string, kind: string, name: string, spec: object) =>
    api.call(path, { method: 'POST', body: { apiVersion, kind, metadata: { name }, spec } });
  const begin = (name: string, duration: string) => {
    const template = aTemplate(name, RUN_IMAGE);
    const selector = { matchLabels: { app: name } };
    const templates = [{ name: 'canary', replicas: PODS, selector, template, service: { name } }];
    const spec = { duration, scaleDownDelaySeconds: 0, templates };
    return post(`${own}/experiments`, ARGO, 'Experiment', name, spec);
  };
  const deploy = async (name: string): Promise<void> => {
    const selector = { app: name };
    await post(services, 'v1', 'Service', name, { selector, ports: [{ port: 80 }] });
    const strategy = { blueGreen: { activeService: name, scaleDownDelaySeconds: 1 } };
    const template = aTemplate(name, RUN_IMAGE);
    const spec = { replicas: PODS, selector: { matchLabels: selector }, template, strategy };
    await post(`${own}/rollouts`, ARGO, 'Rollout', name, spec);
    await once(`${name} ${RUN_IMAGE} available`);
    await once(`${name} selects ${hashes.get(`${name} ${RUN_IMAGE}`)}`);
  };
  const update = async (name: string, image: string): Promise<number> => {
    const body = { spec: { template: aTemplate(name, image) } };
    await api.call(`${own}/rollouts/${name}`, { method: 'PATCH', contentType: MERGE, body });
    const pods = `${name} ${image}`;
    await once(`${pods} available`);
    return between(`${pods} available`, `${name} selects ${hashes.get(pods)}`);
  };
  const run = async (name: string): Promise<Ran> => {
    await begin(name, '2s');
    const pods = `${name} ${RUN_IMAGE}`;
    return {
      scaledMs: await between(`${pods} created`, `${pods} wanted`),
      runningMs: await between(`${pods} available`, `${name} Running`),
      unservedMs: await between(`${pods} gone`, `${name} removed`),
    };
  };
  const touch = async (name: string): Promise<void> => {
    const { items } = await api.call<{ items: readonly ReplicaSet[] }>(`${replicaSets}?labelSelector=app%3D${name}`);
    const body = { metadata: { annotations: { touched: String(performance.now()) } } };
    const path = `${replicaSets}/${items[0]?.metadata.name}`;
    await api.call(path, { method: 'PATCH', contentType: MERGE, body });
  };

  return {
    async deploy(names) {
      await plane.kubectl(['create', 'namespace', namespace]);
      const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
      await waitFor('the service account of the pods', () => api.call(account));
      void keep(replicaSets, seeReplicaSet);
      void keep(services, seeService);
      void keep(`${own}/experiments`, seeExperiment);
      await each(names, true, deploy);
    },
    update: (names, image, isAtOnce) => each(names, isAtOnce, (name) => update(name, image)),
    run: (names, isAtOnce) => each(names, isAtOnce, run),
    async begin(names) {
      await each(names, true, (name) => begin(name, '1h'));
      await each(names, true, (name) => once(`${name} Running`));
    },
    touch: async (names) => void (await each(names, false, touch)),
    close: () => watching.abort(),
  };
}

async function each<T>(names: readonly string[], isAtOnce: boolean, work: (name: string) => Promise<T>): Promise<T[]> {
  if (isAtOnce) return Promise.all(names.map(work));
  const done: T[] = [];
  for (const name of names) done.push(await work(name));
  return done;
}
