import { beforeEach, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { wrap } from '../../lib/clusters/wrap.ts';
import { kindsFor } from '../../lib/kinds/registry.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import type { Ports } from '../../lib/model/ports.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import type { ResourceKind } from '../../lib/model/resources.ts';
import { revisionOf } from '../../lib/rollout/revision.ts';
import { step } from '../../lib/runtime/step.ts';
import { replicasIn, type ReplicaSet } from '../../lib/workload/replica-set.ts';

const T0 = Date.parse('2026-11-30T10:00:00Z');
const key = { namespace: 'shop', name: 'web' };
let clockMs: number;
let memory: MemoryCluster;
let sent: Date[];
let told: string[];

beforeEach(() => {
  clockMs = T0;
  memory = memoryCluster('c1', { now: () => new Date(clockMs) });
  sent = [];
  told = [];
});

function portsOf(cluster: Cluster): Ports {
  return {
    clusters: { get: () => cluster, names: () => ['c1'] },
    queue: { send: async (_ref, at) => void sent.push(at) },
    bus: { publish: async () => {} },
    log: { info: (message) => void told.push(message), warn() {}, error() {} },
    meter: { stepped() {}, failed() {}, measured() {} },
    now: () => new Date(clockMs),
  };
}

async function stepOn(cluster: Cluster): Promise<void> {
  const uid = memory.objects('Rollout')[0]?.metadata.uid ?? '';
  const ref: ObjectRef = { cluster: 'c1', kind: 'Rollout', ...key, uid };
  await step(ref, portsOf(cluster), undefined, kindsFor({ rollouts: true }));
}

const replicaSets = () => memory.objects('ReplicaSet') as readonly ReplicaSet[];
const wanted = () =>
  Object.fromEntries(
    replicaSets().map((replicaSet) => [
      replicaSet.spec?.template?.spec?.containers[0]?.['image'],
      replicasIn(replicaSet),
    ]),
  );

/** As many steps as it takes until nothing changes any more; all pods are there at once. */
async function settle(): Promise<void> {
  for (let steps = 0; steps < 20; steps += 1) {
    await stepOn(memory);
    for (const replicaSet of replicaSets()) {
      const count = replicasIn(replicaSet);
      const { generation = 1, name = '' } = replicaSet.metadata;
      memory.writeStatus(
        'ReplicaSet',
        { namespace: 'shop', name },
        {
          replicas: count,
          readyReplicas: count,
          availableReplicas: count,
          observedGeneration: generation,
        },
      );
    }
    clockMs += 1_000;
  }
}

async function anUpdate(image: string): Promise<void> {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } };
  if (memory.objects('Rollout').length > 0) return void (await memory.patch('Rollout', key, { spec: { template } }));
  await memory.create('Rollout', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: key,
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: 'web' } },
      template,
      strategy: { canary: { steps: [{ setWeight: 25 }, { pause: {} }] } },
    },
  });
}

test('a process that is behind changes nothing that another one has meanwhile brought to its end', async () => {
  await anUpdate('web:1');
  await settle();
  await anUpdate('web:2');
  await settle();
  const [before] = memory.objects('Rollout');
  const behind = new Map<ResourceKind, readonly unknown[]>([['ReplicaSet', replicaSets()]]);
  await memory.patch('Rollout', key, { status: { pauseConditions: null } }, { subresource: 'status' });
  await settle();
  expect(wanted()).toEqual({ 'web:1': 0, 'web:2': 4 });

  // It believes that the Rollout is still at its first step, and somebody has asked it for more pods.
  const stale = { ...before, spec: { ...before?.spec, replicas: 8 } };
  const late = wrap(memory, {
    get: (async (kind: ResourceKind, at: typeof key) => (kind === 'Rollout' ? stale : memory.get(kind, at))) as never,
    list: (async (kind: ResourceKind, query: object) =>
      kind === 'ReplicaSet' ? { items: behind.get(kind) } : memory.list(kind, query)) as never,
    listStored: 'as is',
    isBehind: 'as is',
    refresh: 'as is',
    refreshAll: 'as is',
    create: 'as is',
    patch: 'as is',
    delete: 'as is',
    watch: 'as is',
    recordEvent: 'as is',
    fetch: 'as is',
  });
  sent = [];
  await stepOn(late);
  expect(wanted()).toEqual({ 'web:1': 0, 'web:2': 4 });
  expect(told.at(-1)).toBe('step overtaken');
  expect(sent).toEqual([new Date(clockMs + 1_000)]);
});

test('a step that writes twice to an object is not overtaken by itself', async () => {
  await anUpdate('web:1');
  await settle();
  await anUpdate('web:2');
  await settle();
  await anUpdate('web:1');
  await settle();
  await anUpdate('web:2');
  await settle();
  expect(told).not.toContain('step overtaken');
  expect(wanted()).toEqual({ 'web:1': 3, 'web:2': 1 });
});

interface Late {
  readonly late: Cluster;
  /** What is read anew, and patched. */
  readonly asked: string[];
  /** What it answers, one time after the other, when it is asked whether it is behind. */
  readonly behind: boolean[];
}

/** Another process has gone on, and this one has seen what it did with the ReplicaSets, but not the Rollout since. */
async function aLateRollout({ helps = true } = {}): Promise<Late> {
  await anUpdate('web:1');
  await settle();
  const [stale] = memory.objects('Rollout');
  await anUpdate('web:2');
  await settle();
  const asked: string[] = [];
  const behind: boolean[] = [];
  let isRead = false;
  const late = wrap(memory, {
    get: (async (kind: ResourceKind, at: typeof key) =>
      kind === 'Rollout' && !isRead ? stale : memory.get(kind, at)) as never,
    isBehind: () => behind.shift() ?? false,
    refresh: (async (kind: ResourceKind, at: typeof key) => {
      asked.push(`${kind} ${at.name}`);
      isRead = helps;
      return memory.get(kind, at);
    }) as never,
    patch: (async (kind: ResourceKind, at: typeof key, ...rest: [never]) => {
      asked.push(`patch ${kind}`);
      return memory.patch(kind, at, ...rest);
    }) as never,
    refreshAll: 'as is',
    list: 'as is',
    listStored: 'as is',
    create: 'as is',
    delete: 'as is',
    watch: 'as is',
    recordEvent: 'as is',
    fetch: 'as is',
  });
  return { late, asked, behind };
}

const revisions = () => replicaSets().map(revisionOf);

test('an object that is behind what belongs to it is read anew before anything is changed', async () => {
  const { late, asked, behind } = await aLateRollout();
  behind.push(true);
  await stepOn(late);
  expect(asked).toEqual(['Rollout web']);
  expect(new Set(revisions())).toEqual(new Set([1, 2]));
});

test('what others change in the middle of a step ends it, and it is taken again', async () => {
  const { late, asked, behind } = await aLateRollout();
  behind.push(false, true);
  sent = [];
  await stepOn(late);
  expect(asked).toEqual([]);
  expect(told.at(-1)).toBe('step overtaken');
  expect(sent).toEqual([new Date(clockMs + 1_000)]);
  expect(new Set(revisions())).toEqual(new Set([1, 2]));
});

test('where others never come to rest, the step is tried again later', async () => {
  const { late, asked, behind } = await aLateRollout({ helps: false });
  behind.push(...Array.from({ length: 9 }, () => true));
  await expect(stepOn(late)).rejects.toThrow('others go on changing what belongs to the object');
  expect(asked).toEqual(['Rollout web', 'Rollout web', 'Rollout web']);
});
