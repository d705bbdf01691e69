import { setImmediate as turn } from 'node:timers/promises';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { type CachedCluster, cachedCluster } from '../../lib/clusters/store/cached.ts';
import { wrap } from '../../lib/clusters/wrap.ts';
import { kindsFor } from '../../lib/kinds/registry.ts';
import type { Cluster, Patch, WatchEvent } from '../../lib/model/cluster.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { Ports } from '../../lib/model/ports.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import type { ResourceKind } from '../../lib/model/resources.ts';
import type { Rollout, RolloutSpec } from '../../lib/model/rollout.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { step } from '../../lib/runtime/step.ts';
import { replicasIn, type ReplicaSet } from '../../lib/workload/replica-set.ts';
import { fakeTiming } from '../fake-timing.ts';

const KINDS = kindsFor({ rollouts: true });
const KEY = { namespace: 'shop', name: 'web' };
const SELECTOR = { matchLabels: { app: 'web' } };

/** What a process may be behind with. */
export type LateKind = 'Rollout' | 'ReplicaSet';

/** A process that looks after the one Rollout, as it sees the cluster: each kind may be behind the others. */
export class Process {
  readonly name: string;
  /** Every request of its steps, each with what it was about. */
  readonly asked: string[] = [];
  readonly told: string[] = [];
  /** How many others have a turn before each request is answered; the last one counts on. */
  delays: readonly number[] = [];
  private readonly theatre: TwoViews;
  private readonly cluster: CachedCluster;
  private readonly gates = new Map<ResourceKind, Gate>();
  private readonly stopped = new AbortController();
  private readonly queue: { atMs: number }[] = [];

  constructor(theatre: TwoViews, name: string) {
    this.theatre = theatre;
    this.name = name;
    for (const kind of ['Rollout', 'ReplicaSet'] as const) this.gates.set(kind, new Gate());
    this.cluster = cachedCluster(this.seen(theatre.memory), scopesOf({ rollouts: true }), { timing: fakeTiming });
    void this.cluster.start(this.stopped.signal);
  }

  async ready(): Promise<void> {
    await this.cluster.whenSynced();
    await turn();
  }

  stop(): void {
    this.stopped.abort();
  }

  /** Lets so many changes of a kind be seen that were not yet. */
  async catchUp(kind: LateKind, changes: number): Promise<void> {
    this.gates.get(kind)?.let(changes);
    await turn();
  }

  /** From now on changes of that kind are seen as they come, or only as `catchUp` says. */
  async follow(isFollowed: boolean): Promise<void> {
    for (const gate of this.gates.values()) gate.open(isFollowed);
    await turn();
  }

  async step(): Promise<void> {
    const { uid = '' } = this.theatre.rollout.metadata;
    const ref: ObjectRef = { cluster: 'c1', kind: 'Rollout', ...KEY, uid };
    try {
      await step(ref, this.ports(), undefined, KINDS);
    } catch (error) {
      this.told.push(String(error));
    }
  }

  private ports(): Ports {
    const { theatre, cluster, told, queue } = this;
    return {
      clusters: { get: () => cluster, names: () => ['c1'] },
      queue: { send: async (_ref, at) => void queue.push({ atMs: at.getTime() }) },
      bus: { publish: async () => {} },
      log: { info: (message) => void told.push(message), warn() {}, error() {} },
      meter: { stepped() {}, failed() {}, measured() {} },
      now: () => new Date(theatre.nowMs),
    };
  }

  private seen(memory: Cluster): Cluster {
    const { asked, gates } = this;
    const ask = async <T>(what: string, answer: () => Promise<T>): Promise<T> => {
      const [delay = 0, ...later] = this.delays;
      if (later.length > 0) this.delays = later;
      for (let waited = 0; waited < delay; waited += 1) await Promise.resolve();
      asked.push(what);
      this.theatre.log.push(`${this.name}: ${what}`);
      return answer();
    };
    return wrap(memory, {
      get: (kind, key) => ask(`get ${kind} ${key.name}`, () => memory.get(kind, key)),
      list: (kind, query) => ask(`list ${kind}`, () => memory.list(kind, query)),
      create: (kind, object) => ask(`create ${kind} ${object.metadata.name}`, () => memory.create(kind, object)),
      patch: (kind, key, patch, options) =>
        ask(`patch ${kind} ${key.name} ${inShort(patch)}`, () => memory.patch(kind, key, patch, options)),
      delete: (kind, key, options) => ask(`delete ${kind} ${key.name}`, () => memory.delete(kind, key, options)),
      async *watch(kind, query, signal) {
        const gate = gates.get(kind);
        if (gate) yield* gate.hold(memory.watch(kind, query, signal), signal) as AsyncIterable<never>;
        else yield* memory.watch(kind, query, signal);
      },
      listStored: 'as is',
      isBehind: 'as is',
      refresh: 'as is',
      refreshAll: 'as is',
      recordEvent: async () => {},
      fetch: 'as is',
    });
  }
}

/** Holds the events of a watch back. */
class Gate {
  private readonly held: WatchEvent<KubernetesObject>[] = [];
  private readonly passed: WatchEvent<KubernetesObject>[] = [];
  private isOpen = true;
  private wake: () => void = () => {};

  open(isOpen: boolean): void {
    this.isOpen = isOpen;
    if (isOpen) this.let(Infinity);
  }

  let(count: number): void {
    this.passed.push(...this.held.splice(0, count));
    this.wake();
  }

  async *hold(events: AsyncIterable<WatchEvent<KubernetesObject>>, signal: AbortSignal) {
    signal.addEventListener('abort', () => this.wake());
    void this.take(events);
    while (!signal.aborted) {
      const event = this.passed.shift();
      if (event) yield event;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private async take(events: AsyncIterable<WatchEvent<KubernetesObject>>): Promise<void> {
    for await (const event of events) {
      (this.isOpen ? this.passed : this.held).push(event);
      this.wake();
    }
  }
}

/** A cluster with one Rollout in it, that several processes look after at once, each with its own view. */
export class TwoViews {
  readonly memory: MemoryCluster;
  /** Who asked what, in order. */
  readonly log: string[] = [];
  readonly processes: readonly Process[];
  nowMs = Date.parse('2026-11-30T10:00:00Z');

  private constructor(count: number) {
    this.memory = memoryCluster('c1', { now: () => new Date(this.nowMs) });
    this.processes = Array.from({ length: count }, (_each, index) => new Process(this, 'AB'.charAt(index)));
  }

  static async open(count: number, spec: Partial<RolloutSpec>): Promise<TwoViews> {
    const views = new TwoViews(count);
    for (const process of views.processes) await process.ready();
    await views.memory.create('Rollout', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: KEY,
      spec: { replicas: 4, selector: SELECTOR, template: aTemplate(1), ...spec },
    });
    await turn();
    return views;
  }

  close(): void {
    for (const process of this.processes) process.stop();
  }

  get rollout(): Rollout {
    const [rollout] = this.memory.objects('Rollout');
    if (!rollout) throw new Error('the Rollout is gone');
    return rollout;
  }

  get replicaSets(): readonly ReplicaSet[] {
    return this.memory.objects('ReplicaSet') as readonly ReplicaSet[];
  }

  async deploy(version: number): Promise<void> {
    this.log.push(`deploy ${version}`);
    await this.memory.patch('Rollout', KEY, { spec: { template: aTemplate(version) } });
    await turn();
  }

  /** All pods that are wanted are there, and no others. @returns whether that is new */
  async bringPods(): Promise<boolean> {
    let isNew = false;
    for (const { metadata, spec, status = {} } of this.replicaSets) {
      const { generation = 1, name = '' } = metadata;
      const count = spec?.replicas ?? 1;
      if (status.availableReplicas === count && status.observedGeneration === generation) continue;
      isNew = true;
      const counts = { replicas: count, readyReplicas: count, availableReplicas: count };
      const key = { namespace: KEY.namespace, name };
      this.memory.writeStatus('ReplicaSet', key, { ...counts, observedGeneration: generation });
    }
    if (isNew) await turn();
    return isNew;
  }

  /** These processes see all and go on until nothing changes, in steps of a second. */
  async live(processes: readonly Process[] = this.processes, limit = 60): Promise<void> {
    for (const process of processes) await process.follow(true);
    let quiet = 0;
    for (let rounds = 0; quiet < 3; rounds += 1) {
      if (rounds > limit) throw new Error(`still changing: ${this.log.slice(-30).join('\n')}`);
      const before = this.version;
      for (const process of processes) {
        await process.step();
        await turn();
      }
      await this.bringPods();
      this.nowMs += 1000;
      quiet = this.version === before ? quiet + 1 : 0;
    }
  }

  /** What does not hold is told with who asked what. */
  judge(holds: () => void): void {
    try {
      holds();
    } catch (error) {
      throw new Error(`after\n${this.log.join('\n')}`, { cause: error });
    }
  }

  /** What is left of it in the end, as whoever looks at the cluster tells it. */
  get end(): object {
    const { metadata, status = {} } = this.rollout;
    const { phase, stableRS, currentPodHash, currentStepIndex } = status;
    return {
      revision: metadata.annotations?.[REVISION],
      status: { phase, stableRS, currentPodHash, currentStepIndex },
      versions: this.replicaSets.map((replicaSet) => ({
        image: replicaSet.spec?.template?.spec?.containers[0]?.['image'],
        revision: replicaSet.metadata.annotations?.[REVISION],
        history: replicaSet.metadata.annotations?.['rollout.argoproj.io/revision-history'],
        pods: replicasIn(replicaSet),
      })),
    };
  }

  private get version(): string {
    return JSON.stringify([this.rollout.metadata, ...this.replicaSets.map(({ metadata }) => metadata)]);
  }
}

/** A patch as a failed test shows it. */
function inShort(patch: Patch): string {
  const text = JSON.stringify(patch);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

const REVISION = 'rollout.argoproj.io/revision';

/** The pods of a version of the image. */
function aTemplate(version: number) {
  return {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: `web:${version}` }] },
  };
}
