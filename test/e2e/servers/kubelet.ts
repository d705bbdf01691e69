import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type ApiClient, type ApiRequest } from './api-client.ts';
import type { ControlPlane } from './control-plane.ts';
import { isUnschedulable, registerNode, unschedulableCondition } from './node.ts';
import { isTerminal, type Pod } from './pod.ts';
import { runPod, type PodRun } from './pod-runner.ts';
import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';

/** What may differ from one kubelet to another. */
export interface KubeletOptions {
  /** `node` unless given. */
  readonly nodeName?: string;
  /** The address of a pod: by default one of 10.244.0.0/16, where nothing listens. */
  readonly podIp?: (pod: Pod) => string;
  /** The wait before a container's second restart; later ones double, up to 10 s. 1000 unless given. */
  readonly restartBackoffMs?: number;
  /** How long a container takes to start. 0 unless given. */
  readonly startMs?: number;
}

/** A stand-in for node and kubelet. */
export interface Kubelet {
  readonly nodeName: string;
  /** What a container (by default the pod's first) has written so far; throws if the pod never ran here. */
  logs(namespace: string, pod: string, container?: string): string;
  /** Ends all containers and reports nothing any more. The pods stay as they are, as on a node that lost power. */
  stop(): Promise<void>;
}

/**
 * Plays node, scheduler and kubelet: binds every pending pod to itself, runs commands and arguments as local processes,
 * and reports what became of them. Resolves when the node is there; rides out an API server that is away.
 *
 * A pod without a command just runs. `findImageTrouble` says what image names mean. A process may have a readiness probe
 * over HTTP, and a sleep before it is stopped. Not there: volumes, other probes and lifecycle hooks, resource limits, sidecar
 * containers; a process sees the machine's own files and network.
 */
export async function startKubelet(plane: ControlPlane, options: KubeletOptions = {}): Promise<Kubelet> {
  const { nodeName = 'node', restartBackoffMs = 1000, startMs = 0 } = options;
  const { api } = plane;
  const folder = createScratchFolder('kubelet');
  const stopping = new AbortController();
  const pods = new Map<string, Tracked>();
  let addresses = 0;
  const nextIp = (): string => `10.244.${(++addresses >> 8) & 255}.${addresses & 255}`;
  const { hostname, port } = new URL(plane.server);

  const start = (pod: Pod): PodRun =>
    runPod(pod, {
      api,
      folder: join(folder, pod.metadata.uid),
      restartBackoffMs,
      startMs,
      surroundings: {
        podIp: options.podIp?.(pod) ?? nextIp(),
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: folder,
          HOSTNAME: pod.metadata.name,
          KUBERNETES_SERVICE_HOST: hostname,
          KUBERNETES_SERVICE_PORT: port,
        },
      },
    });
  const act = async (tracked: Tracked): Promise<void> => {
    const { pod } = tracked;
    const { spec, metadata, status } = pod;
    if (metadata.deletionTimestamp !== undefined) {
      if (spec.nodeName !== nodeName || tracked.isDeleted) return;
      await tracked.run?.end((metadata.deletionGracePeriodSeconds ?? 0) * 1000);
      await deletePod(api, pod);
      tracked.isDeleted = true;
    } else if (spec.nodeName === undefined) {
      await (isUnschedulable(pod, nodeName) ? tellUnschedulable(api, pod) : bindPod(api, pod, nodeName));
    } else if (spec.nodeName === nodeName && !isTerminal(status?.phase)) tracked.run ??= start(pod);
  };
  /** Does what a pod needs, one thing at a time, again after a while if the server is away. */
  const attend = async (tracked: Tracked): Promise<void> => {
    tracked.isStale = true;
    if (tracked.isAttended) return;
    tracked.isAttended = true;
    while (tracked.isStale && !tracked.isGone && !stopping.signal.aborted) {
      tracked.isStale = false;
      await act(tracked).catch(async () => {
        tracked.isStale = true;
        await sleep(300);
      });
    }
    tracked.isAttended = false;
  };
  const see = (pod: Pod): void => {
    const { uid } = pod.metadata;
    const tracked = pods.get(uid) ?? {
      pod,
      run: undefined,
      isStale: false,
      isAttended: false,
      isGone: false,
      isDeleted: false,
    };
    pods.set(uid, tracked);
    tracked.pod = pod;
    void attend(tracked);
  };
  const forget = (uid: string): void => {
    const tracked = pods.get(uid);
    if (tracked === undefined || tracked.isGone) return;
    tracked.isGone = true; // It stays in the map: its log may be asked for.
    void tracked.run?.abandon();
  };

  const ready = Promise.withResolvers<void>();
  const round = async (): Promise<void> => {
    await registerNode(api, nodeName);
    const list = await api.call<{ metadata: { resourceVersion: string }; items: Pod[] }>('/api/v1/pods');
    const present = new Set(list.items.map(({ metadata }) => metadata.uid));
    for (const uid of pods.keys()) if (!present.has(uid)) forget(uid);
    for (const pod of list.items) see(pod);
    ready.resolve();
    const path = `/api/v1/pods?watch=true&resourceVersion=${list.metadata.resourceVersion}`;
    await api.watch<Pod>(
      path,
      ({ type, object }) => {
        if (type === 'ADDED' || type === 'MODIFIED') see(object);
        else if (type === 'DELETED') forget(object.metadata.uid);
      },
      stopping.signal,
    );
  };
  const rounds = (async () => {
    while (!stopping.signal.aborted) {
      // Whatever ended the watch, the next list tells what was missed.
      await round().catch(() => undefined);
      await sleep(200, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  await ready.promise;

  return {
    nodeName,
    logs(namespace, name, container) {
      const ofName = [...pods.values()].filter(
        ({ pod: { metadata } }) => metadata.namespace === namespace && metadata.name === name,
      );
      const { pod, run } = ofName.at(-1) ?? {};
      if (pod === undefined || run === undefined) throw new Error(`pod ${namespace}/${name} never ran here`);
      const path = run.logPath(container ?? pod.spec.containers[0]?.name ?? '');
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    },
    async stop() {
      stopping.abort();
      await rounds;
      await Promise.all([...pods.values()].map(async ({ run }) => run?.abandon()));
      removeScratchFolder(folder);
    },
  };
}

interface Tracked {
  pod: Pod;
  run: PodRun | undefined;
  /** Whether it changed since it was last attended to. */
  isStale: boolean;
  isAttended: boolean;
  isGone: boolean;
  isDeleted: boolean;
}

async function bindPod(api: ApiClient, pod: Pod, nodeName: string): Promise<void> {
  const { name, uid } = pod.metadata;
  const target = { apiVersion: 'v1', kind: 'Node', name: nodeName };
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, uid }, target };
  await write(api, `${podPath(pod)}/binding`, { method: 'POST', body });
}

async function tellUnschedulable(api: ApiClient, pod: Pod): Promise<void> {
  const { metadata, status } = pod;
  if (status?.conditions?.some(({ type }) => type === 'PodScheduled') === true) return;
  const body = { metadata: { uid: metadata.uid }, status: { conditions: [unschedulableCondition()] } };
  await write(api, `${podPath(pod)}/status`, { method: 'PATCH', contentType: 'application/merge-patch+json', body });
}

async function deletePod(api: ApiClient, pod: Pod): Promise<void> {
  const preconditions = { uid: pod.metadata.uid };
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions };
  await write(api, podPath(pod), { method: 'DELETE', body });
}

function podPath({ metadata }: Pod): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}

/** Rejects if it is to be tried again. A pod that is gone or has changed (404, 409) needs nothing: the watch will tell. */
async function write(api: ApiClient, path: string, request: ApiRequest): Promise<void> {
  const { status, body } = await api.send(path, request);
  if (status < 400 || status === 404 || status === 409) return;
  const error = new ApiError(`${request.method} ${path}`, status, body);
  if (status < 500 && status !== 429) console.error(`kubelet: ${error.message}`); // Ours to mend, not the server's.
  throw error;
}
