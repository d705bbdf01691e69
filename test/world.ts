import { memoryCluster, type MemoryCluster } from '../lib/clusters/memory/memory-cluster.ts';
import type { Cluster } from '../lib/model/cluster.ts';
import type { HttpRequest, HttpResponse } from '../lib/model/http.ts';
import type { KubernetesObject } from '../lib/model/kubernetes.ts';
import type { Ports } from '../lib/model/ports.ts';
import type { ProviderSettings } from '../lib/model/provider.ts';
import { resourceKind } from '../lib/model/resources.ts';
import type { ObjectRef } from '../lib/model/ref.ts';
import { step } from '../lib/runtime/step.ts';

/** What was asked of the cluster: `verb kind namespace/name`. */
export type Call = string;

/** A cluster in memory whose objects are stepped by hand, at times that the test says. */
export interface World {
  readonly memory: MemoryCluster;
  /** What every step sees; a test may put something else before `memory`. */
  cluster: Cluster;
  nowMs: number;
  /** What was asked since it was last emptied. */
  readonly calls: Call[];
  /** When each object asked to be looked at again, in seconds from the time of the step; the last one. */
  readonly nextSeconds: Map<string, number>;
  create(object: KubernetesObject): Promise<ObjectRef>;
  step(ref: ObjectRef): Promise<void>;
  /** Steps for as long as the object asks to be looked at again at once. @returns the seconds until it wants the next */
  settle(ref: ObjectRef): Promise<number | undefined>;
}

const START = Date.parse('2026-11-05T10:00:00Z');

export interface WorldOptions {
  readonly http?: (request: HttpRequest) => Promise<HttpResponse>;
  /** Of all metrics. */
  readonly settings?: ProviderSettings;
}

export function openWorld({ http, settings }: WorldOptions = {}): World {
  const now = () => new Date(world.nowMs);
  const memory = memoryCluster('c1', { now, ...(http && { http }) });
  const calls: Call[] = [];
  const nextSeconds = new Map<string, number>();
  const ports: Ports = {
    clusters: { get: () => world.cluster, names: () => ['c1'] },
    queue: { send: async ({ name }, at) => void nextSeconds.set(name, (at.getTime() - world.nowMs) / 1000) },
    bus: { publish: async () => {} },
    log: { info() {}, warn() {}, error() {} },
    meter: { stepped() {}, failed() {}, measured() {} },
    now,
    ...(settings && { settingsOf: () => settings }),
  };
  const world: World = {
    memory,
    cluster: listening(memory, calls),
    nowMs: START,
    calls,
    nextSeconds,
    async create(object) {
      const { kind, metadata } = await memory.create(resourceKind(object.kind), object);
      const { namespace = '', name = '', uid = '' } = metadata;
      return { cluster: 'c1', kind, namespace, name, uid };
    },
    async step(ref) {
      nextSeconds.delete(ref.name);
      await step(ref, ports);
    },
    async settle(ref) {
      for (let steps = 0; steps < 20; steps += 1) {
        await world.step(ref);
        const seconds = nextSeconds.get(ref.name);
        if (seconds !== 0) return seconds;
      }
      throw new Error(`${ref.name} is never content`);
    },
  };
  return world;
}

/** A cluster that notes what is asked of it. */
export function listening(cluster: Cluster, calls: Call[]): Cluster {
  const note = (verb: string, kind: string, { namespace = '', name = '' }: { namespace?: string; name?: string }) =>
    void calls.push(`${verb} ${kind} ${namespace}/${name}`);
  return {
    ...cluster,
    get(kind, key) {
      note('get', kind, key);
      return cluster.get(kind, key);
    },
    list(kind, query = {}) {
      note('list', kind, query);
      return cluster.list(kind, query);
    },
    create(kind, object) {
      note('create', kind, object.metadata);
      return cluster.create(kind, object);
    },
    patch(kind, key, patch, options) {
      note('patch', kind, key);
      return cluster.patch(kind, key, patch, options);
    },
    delete(kind, key, options) {
      note('delete', kind, key);
      return cluster.delete(kind, key, options);
    },
    recordEvent(about, event) {
      note('event', about.kind, about);
      return cluster.recordEvent(about, event);
    },
  };
}

/** The calls that wrote something. */
export function writesOf(calls: readonly Call[]): readonly Call[] {
  return calls.filter((call) => !/^(get|list) /.test(call));
}
