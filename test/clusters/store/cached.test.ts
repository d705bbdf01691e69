import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CachedCluster, type CachedClusterOptions, cachedCluster } from '../../../lib/clusters/store/cached.ts';
import type { Scope } from '../../../lib/model/cluster.ts';
import { type MemoryCluster, memoryCluster } from '../../../lib/clusters/memory/memory-cluster.ts';
import type { Cluster } from '../../../lib/model/cluster.ts';
import { AssayError } from '../../../lib/model/errors.ts';
import { anExperiment } from '../../builders.ts';
import { aNewRun, summary } from '../../contract/cluster-fixtures.ts';

/** vitest itself waits for a second, which a busy machine may take for anything. */
const eventually = (holds: () => void) => vi.waitFor(holds, { timeout: 30_000 });

const namespace = 'shop';
const openCaches = new Set<() => Promise<void>>();
afterEach(async () => {
  for (const close of openCaches) await close();
  openCaches.clear();
});

interface Opened {
  readonly memory: MemoryCluster;
  readonly cached: CachedCluster;
  /** `TYPE name` of each change. */
  readonly seen: string[];
  /** How long each retry was told to wait. */
  readonly waits: number[];
}

/** A cache of `scope` before a cluster with `names` in it; `between` stands between the two. Retries wait for nothing. */
async function open(
  names: readonly string[],
  { scope = { kind: 'AnalysisRun' }, between = (cluster) => cluster, timing, ...options }: OpenOptions = {},
): Promise<Opened> {
  const memory = memoryCluster('memory', { now: () => new Date('2026-11-05T10:00:00Z') });
  for (const name of names) await create(memory, name);
  const seen: string[] = [];
  const waits: number[] = [];
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms);
    await new Promise(setImmediate);
  };
  const cached = cachedCluster(between(memory), [scope], { timing: { sleep, random: () => 0, ...timing }, ...options });
  cached.onChange('AnalysisRun', (object, _previous, type) => seen.push(summary({ type, object })));
  const abort = new AbortController();
  const following = cached.start(abort.signal);
  openCaches.add(async () => {
    abort.abort();
    await following;
  });
  await cached.whenSynced();
  return { memory, cached, seen, waits };
}

interface OpenOptions extends CachedClusterOptions {
  readonly scope?: Scope;
  readonly between?: (cluster: Cluster) => Cluster;
}

const create = async (cluster: Cluster, name: string, labels: Record<string, string> = {}) =>
  cluster.create('AnalysisRun', aNewRun(namespace, { metadata: { name, labels } }));
const patch = async (cluster: Cluster, name: string, change: Record<string, unknown>) =>
  cluster.patch('AnalysisRun', { namespace, name }, change);
const get = async (cluster: Cluster, name: string) => cluster.get('AnalysisRun', { namespace, name });

/** A cluster that lists an object with metadata that no API server stores. */
const listingOdd = (cluster: Cluster): Cluster => ({
  ...cluster,
  list: async (kind, query) => {
    const page = await cluster.list(kind, query);
    const bad = { apiVersion: 'v1', kind, metadata: { name: 'bad', ownerReferences: 7 } };
    return { ...page, items: [bad as never, ...page.items] };
  },
});

describe('cachedCluster', () => {
  it('tells a list in slices: ten objects, if each takes a millisecond, and the others have a turn', async () => {
    const seen: number[] = [];
    const memory = memoryCluster('memory', { now: () => new Date('2026-11-05T10:00:00Z') });
    for (let index = 0; index < 45; index += 1) await create(memory, `run-${index}`);
    let told = 0;
    const timing = { nowMs: () => told };
    const cached = cachedCluster(memory, [{ kind: 'AnalysisRun' }], { timing });
    cached.onChange('AnalysisRun', () => (told += 1));
    const abort = new AbortController();
    const following = cached.start(abort.signal);
    while (!cached.synced()) {
      seen.push(told);
      await new Promise(setImmediate);
    }
    abort.abort();
    await following;
    seen.push(told);
    expect(Math.max(...seen.map((each, turn) => each - (seen[turn - 1] ?? 0)))).toBe(10);
    expect(told).toBe(45);
  });

  it('starts with what is listed, over all pages', async () => {
    const names = Array.from({ length: 501 }, (_, index) => `run-${1000 + index}`);
    const { cached, seen } = await open(names);
    expect(cached.synced()).toBe(true);
    expect(cached.stored('AnalysisRun')).toHaveLength(501);
    expect(seen).toStrictEqual(names.map((name) => `ADDED ${name}`));
  });

  it('is not synced before', async () => {
    const memory = memoryCluster('memory', { now: () => new Date() });
    expect(cachedCluster(memory, [{ kind: 'AnalysisRun' }]).synced()).toBe(false);
    expect(cachedCluster(memory, []).synced()).toBe(true);
  });

  it('follows what others do', async () => {
    const { memory, cached, seen } = await open(['a']);
    await patch(memory, 'a', { status: { phase: 'Running' } });
    await create(memory, 'b');
    await memory.delete('AnalysisRun', { namespace, name: 'a' });
    await eventually(() => expect(seen).toStrictEqual(['ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED a']));
    expect(cached.stored('AnalysisRun').map(({ metadata }) => metadata.name)).toStrictEqual(['b']);
    expect(cached.stored('AnalysisRun', 'elsewhere')).toStrictEqual([]);
    expect(cached.stored('Job')).toStrictEqual([]);
  });

  it('answers without asking, and asks for what it has not', async () => {
    const asked: string[] = [];
    const between = (cluster: Cluster): Cluster => ({
      ...cluster,
      get: async (kind, key) => {
        asked.push(key.name);
        return cluster.get(kind, key);
      },
    });
    const { cached } = await open(['a'], { between });
    expect((await get(cached, 'a'))?.metadata.name).toBe('a');
    expect(await get(cached, 'absent')).toBeUndefined();
    expect(asked).toStrictEqual(['absent']);
  });

  it('shows what we wrote at once, and tells of it once', async () => {
    const { memory, cached, seen } = await open(['a']);
    const patched = await patch(cached, 'a', { status: { phase: 'Running' } });
    expect(await get(cached, 'a')).toBe(patched);
    await create(cached, 'b');
    await cached.delete('AnalysisRun', { namespace, name: 'a' });
    expect(seen).toStrictEqual(['ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED a']);
    expect(cached.stored('AnalysisRun').map(({ metadata }) => metadata.name)).toStrictEqual(['b']);
    await create(memory, 'c');
    await eventually(() => expect(seen).toStrictEqual(['ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED a', 'ADDED c']));
  });

  it('does not go back to what the watch tells late', async () => {
    const delayed: (() => void)[] = [];
    const between = (cluster: Cluster): Cluster => ({
      ...cluster,
      async *watch(kind, query, signal) {
        for await (const event of cluster.watch(kind, query, signal)) {
          await new Promise<void>((resolve) => delayed.push(resolve));
          yield event;
        }
      },
    });
    const { memory, cached, seen } = await open(['a'], { between });
    await patch(memory, 'a', { status: { phase: 'Pending' } });
    await patch(cached, 'a', { status: { phase: 'Running' } });
    await create(memory, 'b');
    const release = setInterval(() => delayed.shift()?.(), 1);
    await eventually(() => expect(seen).toContain('ADDED b'));
    clearInterval(release);
    expect(seen).toStrictEqual(['ADDED a', 'MODIFIED a', 'ADDED b']);
    expect((await get(cached, 'a'))?.status?.phase).toBe('Running');
  });

  it('does not bring back what the watch has already told is gone', async () => {
    const between = (cluster: Cluster): Cluster => ({
      ...cluster,
      create: async (kind, object) => {
        const created = await cluster.create(kind, object);
        await cluster.delete(kind, { namespace, name: created.metadata.name ?? '' });
        await eventually(() => expect(told).toContain(`DELETED ${created.metadata.name}`));
        return created;
      },
    });
    const { cached, seen: told } = await open([], { between });
    await create(cached, 'short-lived');
    expect(cached.stored('AnalysisRun')).toStrictEqual([]);
  });

  it('knows only what the watch selects', async () => {
    const scope = { kind: 'AnalysisRun', labelSelector: 'finished!=true' } as const;
    const { memory, cached, seen } = await open(['a'], { scope });
    await create(cached, 'finished', { finished: 'true' });
    expect(cached.stored('AnalysisRun')).toHaveLength(1);
    expect((await get(cached, 'finished'))?.metadata.name).toBe('finished');
    await patch(memory, 'a', { metadata: { labels: { finished: 'true' } } });
    await eventually(() => expect(seen).toStrictEqual(['ADDED a', 'DELETED a']));
    expect(cached.stored('AnalysisRun')).toStrictEqual([]);
  });

  it('lets go of what we made leave the selection ourselves', async () => {
    const scope = { kind: 'AnalysisRun', labelSelector: 'finished!=true' } as const;
    const { cached } = await open(['a'], { scope });
    await patch(cached, 'a', { metadata: { labels: { finished: 'true' } }, status: { phase: 'Successful' } });
    expect((await get(cached, 'a'))?.status?.phase).toBe('Successful');
    await eventually(() => expect(cached.stored('AnalysisRun')).toStrictEqual([]));
  });

  it('goes on when the server ends a watch', async () => {
    const { memory, seen } = await open(['a']);
    for (const name of ['b', 'c']) {
      await eventually(() => expect(seen.length).toBeGreaterThan(0));
      memory.endWatches();
      await create(memory, name);
      await eventually(() => expect(seen).toContain(`ADDED ${name}`));
    }
    expect(seen).toStrictEqual(['ADDED a', 'ADDED b', 'ADDED c']);
  });

  it('lists anew when its version has expired, and tells what changed meanwhile', async () => {
    const { memory, cached, seen, waits } = await open(['changed', 'deleted', 'same']);
    const same = await get(cached, 'same');
    memory.endWatches();
    await patch(memory, 'changed', { status: { phase: 'Running' } });
    await create(memory, 'new');
    await memory.delete('AnalysisRun', { namespace, name: 'deleted' });
    memory.forgetHistory();

    await eventually(() => expect(seen).toHaveLength(6));
    expect(seen.slice(3)).toStrictEqual(['MODIFIED changed', 'ADDED new', 'DELETED deleted']);
    expect(await get(cached, 'same')).toBe(same);
    expect(waits.length).toBeLessThan(3);
  });

  it('keeps what it has while the cluster is away, and tries again', async () => {
    const failures: string[] = [];
    const onFailure = (kind: string, error: Error) => failures.push(`${kind} ${error.message}`);
    const { memory, cached, seen, waits } = await open(['a'], { onFailure, timing: { random: () => 1 } });
    memory.setReachable(false);
    await eventually(() => expect(waits.length).toBeGreaterThan(7));
    expect((await get(cached, 'a'))?.metadata.name).toBe('a');
    expect(cached.synced()).toBe(true);
    expect(failures[0]).toBe('AnalysisRun cluster memory: no answer');
    expect(waits.slice(0, 7)).toStrictEqual([2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);

    memory.setReachable(true);
    await create(memory, 'b');
    await eventually(() => expect(seen).toStrictEqual(['ADDED a', 'ADDED b']));
  });

  it('waits at least a second, and as long as the server asks', async () => {
    let calls = 0;
    const between = (cluster: Cluster): Cluster => ({
      ...cluster,
      list: async (kind, query) => {
        calls += 1;
        const detail = { retry: true, ...(calls === 2 && { retryAfterMs: 7000 }) };
        if (calls < 3) throw new AssayError('ASSAY_CLUSTER_THROTTLED', 'slow down', detail);
        return cluster.list(kind, query);
      },
    });
    const { waits } = await open(['a'], { between });
    expect(waits).toStrictEqual([1000, 7000]);
  });

  it('ends where a handler throws: that is a bug', async () => {
    const memory = memoryCluster('memory', { now: () => new Date() });
    const cached = cachedCluster(memory, [{ kind: 'AnalysisRun' }]);
    cached.onChange('AnalysisRun', () => {
      throw new TypeError('a bug');
    });
    const following = cached.start(new AbortController().signal);
    await cached.whenSynced();
    await create(memory, 'a');
    await expect(following).rejects.toThrow('a bug');
  });

  it('goes on where a handler throws, and tells at which object', async () => {
    const refused: string[] = [];
    const onRefused: CachedClusterOptions['onRefused'] = (kind, { metadata }, error) =>
      refused.push(`${kind} ${metadata.name}: ${String(error)}`);
    const { memory, cached, seen } = await open(['a', 'b'], { onRefused });
    cached.onChange('AnalysisRun', ({ metadata }) => {
      if (metadata.name === 'bad') throw new TypeError('a bug');
    });
    const others: string[] = [];
    cached.onChange('AnalysisRun', ({ metadata }) => others.push(metadata.name ?? ''));
    await create(memory, 'bad');
    await create(cached, 'c');
    await vi.waitFor(() => expect(seen).toStrictEqual(['ADDED a', 'ADDED b', 'ADDED bad', 'ADDED c']));
    expect(others.toSorted()).toStrictEqual(['bad', 'c']);
    expect(refused).toStrictEqual(['AnalysisRun bad: TypeError: a bug']);
    expect(cached.stored('AnalysisRun')).toHaveLength(4);
    await patch(cached, 'bad', { status: { phase: 'Running' } });
    expect(refused).toHaveLength(2);
  });

  it('goes on where an object of a list cannot be kept', async () => {
    const refused: string[] = [];
    const onRefused: CachedClusterOptions['onRefused'] = (_kind, { metadata }) => refused.push(metadata.name ?? '');
    const scope = { kind: 'AnalysisRun', ownerKind: 'Experiment' } as const;
    const { cached, seen } = await open(['a'], { scope, between: listingOdd, onRefused });
    expect(cached.synced()).toBe(true);
    expect([refused, seen]).toStrictEqual([['bad'], []]);
  });

  it('gives what it stored to whoever wrote, with the specification that it had', async () => {
    const { cached } = await open(['a']);
    const before = await get(cached, 'a');
    const patched = await patch(cached, 'a', { status: { phase: 'Running' } });
    expect(patched.spec).toBe(before?.spec);
    expect(await cached.refresh('AnalysisRun', { namespace, name: 'a' })).toBe(patched);
  });

  it('answers a list from its store where that has all that is asked for', async () => {
    const scope = { kind: 'AnalysisRun', labelSelector: 'team', ownerKind: 'Experiment' } as const;
    const { memory, cached, seen } = await open([], { scope });
    const { metadata } = await memory.create('Experiment', anExperiment());
    const { apiVersion, kind } = anExperiment();
    const owner = { apiVersion, kind, name: metadata.name ?? '', uid: metadata.uid ?? '', controller: true };
    const labels = { team: 'web' };
    const owned = { metadata: { name: 'owned', labels, ownerReferences: [owner] } };
    await memory.create('AnalysisRun', aNewRun(namespace, owned));
    await create(memory, 'free', labels);
    await create(cached, 'own-write', labels);
    await eventually(() => expect(seen).toStrictEqual(['ADDED owned']));
    expect(cached.peek('AnalysisRun', { namespace, name: 'owned' })).toMatchObject(owned);
    expect(cached.peek('AnalysisRun', { namespace, name: 'free' })).toBeUndefined();

    const query = { namespace, labelSelector: 'team', ownerKind: 'Experiment' };
    expect(cached.listStored('AnalysisRun', query)).toMatchObject([owned]);
    expect(cached.listStored('AnalysisRun', { ...query, namespace: 'elsewhere' })).toStrictEqual([]);
    expect(cached.listStored('AnalysisRun', { ...query, labelSelector: 'other' })).toBeUndefined();
    expect(cached.listStored('AnalysisRun', { namespace, labelSelector: 'team' })).toBeUndefined();
    expect(cached.listStored('Job', query)).toBeUndefined();
    const ofOwner = { labelSelector: 'team', ownerKind: 'Experiment', ownerUid: owner.uid };
    expect(cached.listStored('AnalysisRun', ofOwner)).toMatchObject([owned]);
    expect(cached.listStored('AnalysisRun', { ...ofOwner, namespace: 'elsewhere' })).toStrictEqual([]);
    expect(cached.listStored('AnalysisRun', { ...ofOwner, ownerUid: 'another' })).toStrictEqual([]);

    await patch(memory, 'owned', { metadata: { ownerReferences: null } });
    await eventually(() => expect(seen).toStrictEqual(['ADDED owned', 'DELETED owned']));
    expect(cached.listStored('AnalysisRun', query)).toStrictEqual([]);
  });

  it('keeps what several kinds own, and answers each with its own', async () => {
    const { memory, cached, seen } = await open([], {
      scope: { kind: 'AnalysisRun', labelSelector: 'team', ownerKind: ['Experiment', 'Rollout'] },
    });
    const { metadata: owner } = await memory.create('Experiment', anExperiment());
    for (const kind of ['Experiment', 'Rollout', 'Deployment']) {
      const { apiVersion } = anExperiment();
      const reference = { apiVersion, kind, name: owner.name ?? '', uid: owner.uid ?? '', controller: true };
      const metadata = { name: kind.toLowerCase(), labels: { team: 'web' }, ownerReferences: [reference] };
      await memory.create('AnalysisRun', aNewRun(namespace, { metadata }));
    }
    await create(cached, 'own-write', { team: 'web' });
    await vi.waitFor(() => expect(seen).toStrictEqual(['ADDED experiment', 'ADDED rollout']));
    const names = (ownerKind: string) =>
      cached
        .listStored('AnalysisRun', { namespace, labelSelector: 'team', ownerKind })
        ?.map(({ metadata }) => metadata.name);
    expect([names('Experiment'), names('Rollout'), names('Deployment')]).toEqual([
      ['experiment'],
      ['rollout'],
      undefined,
    ]);
  });

  it('answers no list for a namespace beyond its scope, nor before it has listed', async () => {
    const { cached, memory } = await open(['a'], { scope: { kind: 'AnalysisRun', namespace } });
    expect(cached.listStored('AnalysisRun', { namespace })).toHaveLength(1);
    expect(cached.listStored('AnalysisRun', {})).toBeUndefined();
    expect(cachedCluster(memory, [{ kind: 'AnalysisRun' }]).listStored('AnalysisRun', { namespace })).toBeUndefined();
  });

  it('tells nobody who no longer listens', async () => {
    const { memory, cached, seen } = await open([]);
    const others: string[] = [];
    const stop = cached.onChange('AnalysisRun', ({ metadata }) => others.push(metadata.name ?? ''));
    await create(cached, 'a');
    stop();
    await create(memory, 'b');
    await eventually(() => expect(seen).toStrictEqual(['ADDED a', 'ADDED b']));
    expect(others).toStrictEqual(['a']);
  });
});

it('nobody waits for an optional kind that may not be followed, and no list is answered for it', async () => {
  const memory = memoryCluster('c1', { now: () => new Date('2026-11-05T10:00:00Z') });
  const denied = new AssayError('ASSAY_CLUSTER_DENIED', 'services is forbidden');
  const without: Cluster = {
    ...memory,
    list: async (kind, query) => (kind === 'Service' ? Promise.reject(denied) : memory.list(kind, query)),
  };
  const cluster = cachedCluster(without, [{ kind: 'Job' }, { kind: 'Service', isOptional: true }]);
  const stopping = new AbortController();
  const following = cluster.start(stopping.signal);
  await cluster.whenSynced();
  expect(cluster.synced()).toBe(true);
  expect(cluster.listStored('Service', {})).toBeUndefined();
  stopping.abort();
  await following;
});
