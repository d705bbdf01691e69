import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { wrap } from '../../lib/clusters/wrap.ts';
import { kindsFor } from '../../lib/kinds/registry.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import type { ClusterRouters } from '../../lib/model/cluster-routers.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { refOf } from '../../lib/model/ref.ts';
import { resourceKind } from '../../lib/model/resources.ts';
import { type RoutedKind, ROUTED_KINDS, ROUTER_NAMES } from '../../lib/model/router-rows.ts';
import { type LeftRoutes, openRoutesMemory, type RoutesMemory } from '../../lib/model/left-routes.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { step } from '../../lib/runtime/step.ts';
import { replicasIn, type ReplicaSet } from '../../lib/workload/replica-set.ts';
import type { Look, RouterRow } from '../rollout/routers/row.ts';
import { ROWS } from '../rollout/routers/rows.ts';

const T0 = Date.parse('2026-11-30T10:00:00Z');
const namespace = 'shop';
const key = { namespace, name: 'guestbook' };

let clockMs: number;
let memory: MemoryCluster;
let asked: string[];
let stopped: AbortController;
/** What this process remembers. */
let left: RoutesMemory;
let beforePatch: (kind: string, patch: object) => Promise<void>;

beforeEach(() => {
  clockMs = T0;
  memory = memoryCluster('c1', { now: () => new Date(clockMs) });
  asked = [];
  stopped = new AbortController();
  left = openRoutesMemory();
  beforePatch = async () => {};
});
afterEach(() => stopped.abort());

function ask(verb: string, kind: string): void {
  if (ROUTED_KINDS.includes(kind as RoutedKind)) asked.push(`${verb} ${kind}`);
}

/** Counts what is asked of the API about what routers look after. */
function counting(cluster: Cluster): Cluster {
  return wrap(cluster, {
    get: (kind, at) => (ask('get', kind), cluster.get(kind, at)),
    list: (kind, query) => (ask('list', kind), cluster.list(kind, query)),
    create: (kind, object) => (ask('create', kind), cluster.create(kind, object)),
    async patch(kind, at, patch, options) {
      ask('patch', kind);
      await beforePatch(kind, patch);
      return cluster.patch(kind, at, patch, options);
    },
    delete: (kind, at, options) => (ask('delete', kind), cluster.delete(kind, at, options)),
    listStored: 'as is',
    isBehind: 'as is',
    refresh: 'as is',
    refreshAll: 'as is',
    watch: 'as is',
    recordEvent: 'as is',
    fetch: 'as is',
  });
}

/** As `assay serve` sees it, once all is listed; without routers their objects are not followed. */
async function follow(routers: ClusterRouters): Promise<Cluster> {
  const cluster = cachedCluster(counting(memory), scopesOf({ rollouts: true, routers }));
  void cluster.start(stopped.signal);
  await cluster.whenSynced();
  await turn();
  return cluster;
}

/** @returns what was asked for it of what routers look after */
async function stepOn(cluster: Cluster): Promise<readonly string[]> {
  const { uid = '' } = memory.objects('Rollout')[0]?.metadata ?? {};
  asked = [];
  const ports = {
    clusters: { get: () => cluster, names: () => ['c1'] },
    queue: { send: async () => {} },
    bus: { publish: async () => {} },
    log: { info() {}, warn() {}, error() {} },
    meter: { stepped() {}, failed() {}, measured() {} },
    now: () => new Date(clockMs),
    routes: left,
  };
  await step({ cluster: 'c1', kind: 'Rollout', ...key, uid }, ports, undefined, kindsFor({ rollouts: true }));
  for (const replicaSet of memory.objects('ReplicaSet') as readonly ReplicaSet[]) {
    const count = replicasIn(replicaSet);
    const { generation: observedGeneration = 1, name = '' } = replicaSet.metadata;
    const pods = { replicas: count, readyReplicas: count, availableReplicas: count };
    memory.writeStatus('ReplicaSet', { namespace, name }, { ...pods, observedGeneration });
  }
  clockMs += 1_000;
  // The watch tells of it.
  for (let turns = 0; turns < 3; turns += 1) await turn();
  return asked;
}

async function settle(cluster: Cluster): Promise<readonly (readonly string[])[]> {
  const steps: (readonly string[])[] = [];
  for (let count = 0; count < 12; count += 1) steps.push(await stepOn(cluster));
  return steps;
}

async function create(object: KubernetesObject): Promise<void> {
  await memory.create(resourceKind(object.kind), object);
}

const podsOf = (image: string) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image }] },
});

async function release(image: string, { trafficRouting, objects }: Routed): Promise<void> {
  if (memory.objects('Rollout').length > 0) {
    return void (await memory.patch('Rollout', key, { spec: { template: podsOf(image) } }));
  }
  for (const object of objects) await create(object);
  for (const name of ['stable', 'canary']) {
    await create({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace } });
  }
  await memory.create('Rollout', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: key,
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: podsOf(image),
      strategy: {
        canary: {
          stableService: 'stable',
          canaryService: 'canary',
          trafficRouting,
          steps: [{ setWeight: 20 }, { pause: {} }, { setWeight: 50 }, { pause: {} }],
        },
      },
    },
  });
}

type Routed = Pick<RouterRow, 'name' | 'trafficRouting' | 'objects'>;

interface Counted {
  /** Calls of a step where nothing is followed: of those that this process knows. */
  readonly most: number;
  /** Where all is followed. */
  readonly mostFollowed: number;
  /** Where nothing is, and no step was taken in this process before. */
  readonly mostAtFirst: number;
}

/** Two objects at most are read or written in a step, but for what is said in docs/routers.md. */
const COUNTED: Readonly<Record<string, Counted>> = {
  'istio, by Services': { most: 1, mostFollowed: 1, mostAtFirst: 2 },
  'istio, by subsets': { most: 2, mostFollowed: 2, mostAtFirst: 3 },
  nginx: { most: 2, mostFollowed: 1, mostAtFirst: 3 },
  alb: { most: 1, mostFollowed: 1, mostAtFirst: 2 },
  smi: { most: 1, mostFollowed: 1, mostAtFirst: 2 },
  traefik: { most: 1, mostFollowed: 1, mostAtFirst: 2 },
  ambassador: { most: 3, mostFollowed: 2, mostAtFirst: 3 },
  appMesh: { most: 4, mostFollowed: 3, mostAtFirst: 6 },
  apisix: { most: 1, mostFollowed: 1, mostAtFirst: 2 },
  gatewayAPI: { most: 1, mostFollowed: 1, mostAtFirst: 2 },
  'gatewayAPI, by labels': { most: 2, mostFollowed: 2, mostAtFirst: 2 },
};
const EVERY: ClusterRouters = Object.fromEntries(ROUTER_NAMES.map((name) => [name, {}]));

const byName = (wanted: string): RouterRow => {
  const row = ROWS.find(({ name }) => name === wanted);
  if (!row) throw new Error(wanted);
  return row;
};
const ROUTERS: readonly Routed[] = [
  ...ROWS,
  {
    name: 'gatewayAPI, by labels',
    trafficRouting: {
      plugins: { 'argoproj-labs/gatewayAPI': { httpRouteSelector: { matchLabels: { team: 'web' } } } },
    },
    objects: byName('gatewayAPI').objects,
  },
];

const said = (status: object) => memory.patch('Rollout', key, { status }, { subresource: 'status' });
const resume = () => said({ pauseConditions: null });
const abort = () => said({ abort: true });

/** An update to its end, and one that is aborted. @returns what each step asked */
async function updates(cluster: Cluster, router: Routed): Promise<readonly (readonly string[])[]> {
  const steps: (readonly string[])[] = [];
  const then = async (): Promise<void> => void steps.push(...(await settle(cluster)));
  await release('web:2', router);
  await then();
  await resume();
  await then();
  await resume();
  await then();
  await release('web:3', router);
  await then();
  await abort();
  await then();
  return steps;
}

const isWrite = (call: string): boolean => !call.startsWith('get') && !call.startsWith('list');
const longest = (steps: readonly (readonly string[])[]): number => Math.max(...steps.map(({ length }) => length));

test('every router is counted', () => {
  expect(Object.keys(COUNTED)).toEqual(ROUTERS.map(({ name }) => name));
});

describe.each(ROUTERS)('what steps ask about the objects of $name', (router) => {
  const { most, mostFollowed, mostAtFirst } = COUNTED[router.name] ?? { most: 0, mostFollowed: 0, mostAtFirst: 0 };

  test('followed: what changes is written, and nothing is asked where nothing does', async () => {
    const cluster = await follow(EVERY);
    await release('web:1', router);
    await settle(cluster);
    expect(longest(await settle(cluster))).toBe(0);
    expect(longest(await updates(cluster, router))).toBe(mostFollowed);
  });

  test('not followed: each is read or written, not both, and nothing is asked where nothing changes', async () => {
    const cluster = await follow({});
    await release('web:1', router);
    await settle(cluster);
    expect(longest(await settle(cluster))).toBe(0);
    const steps = await updates(cluster, router);
    expect(longest(steps)).toBe(most);
    // After each of the five things that somebody did to the Rollout one step reads; and one, once a minute.
    const reading = steps.filter((calls) => calls.some((call) => !isWrite(call)));
    expect(reading.length).toBeLessThanOrEqual(6);
    expect(steps.filter((calls) => calls.length > 0 && !calls.some(isWrite)).length).toBeLessThanOrEqual(5);
  });

  test('not followed, and no step was taken here before: each is read, and written where it changes', async () => {
    const cluster = await follow({});
    await release('web:1', router);
    const steps: (readonly string[])[] = [];
    for (let count = 0; count < 24; count += 1) {
      if (count === 12) await release('web:2', router);
      left = openRoutesMemory();
      steps.push(await stepOn(cluster));
    }
    expect(longest(steps)).toBe(mostAtFirst);
  });
});

/** Objects without what every write of them changes. */
function contents(objects: readonly KubernetesObject[]): readonly unknown[] {
  return objects.map((object) => ({ ...object, metadata: { ...object.metadata, resourceVersion: '', generation: 0 } }));
}

test.each(['istio, by Services', 'nginx', 'traefik'])(
  "%s, followed: somebody's change is set right by the next step, with one write",
  async (name) => {
    const router = byName(name);
    const cluster = await follow(EVERY);
    await release('web:1', router);
    await settle(cluster);
    await release('web:2', router);
    await settle(cluster);
    const kind = resourceKind(router.objects[0]?.kind ?? '');
    const before = memory.objects(kind);
    const written = before.findLast(({ metadata }) => metadata.ownerReferences) ?? before[0];
    const changed = JSON.parse(
      JSON.stringify(written).replaceAll('"weight":20', '"weight":77').replaceAll('weight":"20"', 'weight":"77"'),
    ) as KubernetesObject & { readonly spec: unknown };
    const { annotations = {} } = changed.metadata;
    const patch = { metadata: { annotations }, spec: changed.spec };
    await memory.patch(kind, { namespace, name: written?.metadata.name ?? '' }, patch);
    for (let turns = 0; turns < 3; turns += 1) await turn();
    expect(contents(memory.objects(kind))).not.toEqual(contents(before));
    expect(await stepOn(cluster)).toEqual([`patch ${kind}`]);
    expect(contents(memory.objects(kind))).toEqual(contents(before));
  },
);

const look: Look = (kind, name) => memory.objects(resourceKind(kind)).find(({ metadata }) => metadata.name === name);

describe('what is remembered of routers is never trusted where it may be wrong', () => {
  const router = byName('istio, by Services');
  const weight = () => router.canaryWeight(look);
  const edit = (to: number) => {
    const { spec } = look('VirtualService', 'web') as { readonly spec?: unknown };
    const text = JSON.stringify(spec).replaceAll(`"weight":${weight()}`, `"weight":${to}`);
    return memory.patch('VirtualService', { namespace, name: 'web' }, { spec: JSON.parse(text) });
  };
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await follow({});
    await release('web:1', router);
    await settle(cluster);
  });

  async function toFirstPause(): Promise<void> {
    await release('web:2', router);
    await settle(cluster);
    expect(weight()).toBe(20);
  }

  test("somebody's change is set right by the first step after a minute", async () => {
    await toFirstPause();
    await edit(77);
    const untouched = await settle(cluster);
    expect([longest(untouched), weight()]).toEqual([0, 77]);
    clockMs += 60_000 - 24_000;
    const steps = await settle(cluster);
    expect(steps.filter((calls) => calls.length > 0)).toEqual([['get VirtualService', 'patch VirtualService']]);
    expect(weight()).toBe(20);
  });

  test("somebody's change is set right at once where the clock was set back", async () => {
    await toFirstPause();
    await edit(77);
    clockMs -= 3_600_000;
    expect(await stepOn(cluster)).toEqual(['get VirtualService', 'patch VirtualService']);
  });

  test("a write that rests on what is no longer so is refused, and made anew without somebody's change lost", async () => {
    await toFirstPause();
    await memory.patch('VirtualService', { namespace, name: 'web' }, { spec: { hosts: ['other.example'] } });
    await abort();
    expect(await stepOn(cluster)).toEqual(['patch VirtualService']);
    expect(weight()).toBe(20);
    expect(await stepOn(cluster)).toEqual(['get VirtualService', 'patch VirtualService']);
    expect(weight()).toBe(0);
    expect(look('VirtualService', 'web')).toMatchObject({ spec: { hosts: ['other.example'] } });
  });

  test('another process has written weights and lost its status to an abort', async () => {
    await release('web:2', router);
    const lost: string[] = [];
    beforePatch = async (kind, patch) => {
      if (kind !== 'Rollout' || !('status' in patch) || weight() !== 20 || lost.length > 0) return;
      lost.push(kind);
      await abort();
    };
    const ref = refOf('c1', memory.objects('Rollout')[0] ?? { apiVersion: '', kind: '', metadata: {} });
    let mine: LeftRoutes | undefined;
    for (let count = 0; count < 12 && lost.length === 0; count += 1) {
      mine = left.take(ref);
      if (mine) left.keep(ref, mine);
      await stepOn(cluster);
    }
    expect([lost.length, weight()]).toEqual([1, 20]);
    // This process knows of none of it.
    if (mine) left.keep(ref, mine);
    expect(mine?.weights).toEqual(memory.objects('Rollout')[0]?.status?.canary?.weights);
    expect(await stepOn(cluster)).toEqual(['get VirtualService', 'patch VirtualService']);
    expect(weight()).toBe(0);
  });

  test('a step that died between the weights and the status leaves nothing to trust', async () => {
    await release('web:2', router);
    const deaths: unknown[] = [];
    beforePatch = async (kind, patch) => {
      if (kind === 'Rollout' && 'status' in patch && weight() === 20 && deaths.length === 0) throw new Error('died');
    };
    for (let count = 0; count < 12 && deaths.length === 0; count += 1) {
      await stepOn(cluster).catch((error: unknown) => deaths.push(error));
    }
    expect(deaths).toHaveLength(1);
    // The pods are gone when the next one comes: what was written is not wanted any more.
    for (const { metadata, spec } of memory.objects('ReplicaSet') as readonly ReplicaSet[]) {
      if (spec?.template?.spec?.containers?.[0]?.['image'] !== 'web:2') continue;
      memory.writeStatus('ReplicaSet', { namespace, name: metadata.name ?? '' }, { observedGeneration: 9 });
    }
    expect(await stepOn(cluster)).toEqual(['get VirtualService', 'patch VirtualService']);
    expect(weight()).toBe(0);
  });

  test('two processes that take turns bring an update to its end, and an aborted one back', async () => {
    const others = openRoutesMemory();
    let turnsTaken = 0;
    const weights: number[] = [];
    const inTurns = async (): Promise<void> => {
      for (let count = 0; count < 24; count += 1) {
        const mine = left;
        if (turnsTaken++ % 2 === 1) left = others;
        await stepOn(cluster);
        left = mine;
      }
      weights.push(weight());
    };
    await release('web:2', router);
    await inTurns();
    for (let pause = 0; pause < 2; pause += 1) {
      await resume();
      await inTurns();
    }
    await release('web:3', router);
    await inTurns();
    await abort();
    await inTurns();
    expect(weights).toEqual([20, 50, 0, 20, 0]);
  });

  test('what a specification is invalid for is looked at each time', async () => {
    await memory.patch('VirtualService', { namespace, name: 'web' }, { metadata: { finalizers: null } });
    await memory.delete('VirtualService', { namespace, name: 'web' });
    await release('web:2', router);
    const steps = await settle(cluster);
    expect(steps.every((calls) => calls.includes('get VirtualService'))).toBe(true);
    for (const object of router.objects) await create(object);
    await settle(cluster);
    expect(weight()).toBe(20);
  });
});
