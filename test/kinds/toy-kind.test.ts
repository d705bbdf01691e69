import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { neededVerbs } from '../../lib/doctor/needed-access.ts';
import { FACTS } from '../../lib/kinds/facts/registry.ts';
import { readableKind } from '../../lib/kinds/readable-kind.ts';
import { KINDS } from '../../lib/kinds/registry.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import type { AnyStatus, Seen } from '../../lib/model/kind.ts';
import type { KindFacts } from '../../lib/model/kind-facts.ts';
import type { KubernetesObject, Secret } from '../../lib/model/kubernetes.ts';
import { resync } from '../../lib/runtime/resync.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { serve, type Serving } from '../../lib/serve/serve.ts';
import { scrape } from '../scrape.ts';

// What a new kind is: these two, and a line in each table. It waits until one of its Services is marked, and is over.

const OWNER = 'toy.example.com/uid';
const MARK = 'toy.example.com/mark';

const TOY: KindFacts<'Secret'> = {
  kind: 'Secret',
  owns: [{ kind: 'Service', labelSelector: OWNER, uidLabel: OWNER, isNews: (_, previous) => previous !== undefined }],
  reads: ['Namespace'],
  needs: [
    { kind: 'Service', verbs: ['list'] },
    { kind: 'Pod', verbs: ['list'] },
  ],
  shows: { name: 'toy', phases: ['Waiting', 'Done'] },
  ends: ['Done'],
};

interface SeenToy extends Seen {
  readonly services: readonly KubernetesObject[];
}

const toy = readableKind<AnyStatus, SeenToy>({
  facts: TOY,
  async observe(object, { cluster, namespace, uid }, { clusters }) {
    const query = { namespace, labelSelector: `${OWNER}=${uid}` };
    return { object, services: (await clusters.get(cluster).list('Service', query)).items };
  },
  reconcile({ services }) {
    const isDone = services.some(({ metadata }) => metadata.labels?.[MARK] !== undefined);
    return { status: { phase: isDone ? 'Done' : 'Waiting' }, nextAt: undefined, events: [], changes: [] };
  },
  observeUnreadable: () => undefined,
  // It forgets to ask for the look after a minute, as if the message were lost.
  dueAt({ metadata, status }, now) {
    if (status?.phase === 'Done') return undefined;
    return status ? new Date(Date.parse(metadata.creationTimestamp ?? '') + 60_000) : now;
  },
});

const kinds = [...KINDS, { facts: TOY, load: async () => toy }];
const facts = [...FACTS, TOY];

const now = () => new Date();
const key = { namespace: 'shop', name: 'toy' };
const aToy: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: key };
const aService = ({ uid = '' }: KubernetesObject['metadata']): KubernetesObject => {
  const owner = { apiVersion: 'v1', kind: 'Secret', name: key.name, uid, controller: true };
  const metadata = { ...key, labels: { [OWNER]: uid }, ownerReferences: [owner] };
  return { apiVersion: 'v1', kind: 'Service', metadata };
};

let memory: MemoryCluster;
let serving: Serving | undefined;
let lines: unknown[];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-05T10:00:00Z') });
  memory = memoryCluster('c1', { now });
  lines = [];
});
afterEach(async () => {
  await serving?.stop();
  serving = undefined;
  vi.useRealTimers();
});

const info = (...line: unknown[]) => void lines.push(line);
const log = { info, warn: info, error: info };
const refOf = ({ uid = '' }: KubernetesObject['metadata']) => ({ cluster: 'c1', kind: 'Secret', ...key, uid });
const phase = async () => ((await memory.get('Secret', key)) as { status?: AnyStatus } | undefined)?.status?.phase;
const mark = () => memory.patch('Service', key, { metadata: { labels: { [MARK]: 'yes' } } });

async function start(cluster: Cluster = memory): Promise<void> {
  const cached = cachedCluster(cluster, scopesOf({}, facts));
  serving = await serve({ clusters: [cached], log, now, kinds });
  await vi.advanceTimersByTimeAsync(100);
}

test('is watched, with what it owns and reads', () => {
  expect(scopesOf({ namespace: 'shop' }, facts)).toEqual(
    expect.arrayContaining([
      { kind: 'Secret', namespace: 'shop', labelSelector: '!argo-rollouts.argoproj.io/controller-instance-id' },
      // All of them: experiments name Services, which have no label.
      { kind: 'Service', namespace: 'shop', isOptional: true },
    ]),
  );
  expect(scopesOf({}, facts).map(({ kind }) => kind)).toContain('Namespace');
});

test('is stepped, woken by what it owns, counted, and its end is told', async () => {
  await start();
  const { metadata } = await memory.create('Secret', aToy);
  await memory.create('Service', aService(metadata));
  await vi.advanceTimersByTimeAsync(500);
  expect(await phase()).toBe('Waiting');
  await mark();
  await vi.advanceTimersByTimeAsync(500);
  expect(await phase()).toBe('Done');

  const body = await scrape(serving);
  const object = 'cluster="c1",namespace="shop",name="toy"';
  expect(body).toContain(`toy_info{${object},phase="Done"} 1`);
  expect(body).toContain(`toy_phase{${object},phase="Waiting"} 0`);
  expect(body).toContain(`toy_reconcile_count{${object}} 2`);
  expect(JSON.stringify(lines)).toContain('Secret Done');
  expect(JSON.stringify(lines)).not.toContain('Secret Waiting');
});

test('is looked at when somebody tells of it while the watches are silent', async () => {
  const { metadata } = await memory.create('Secret', aToy);
  await memory.create('Service', aService(metadata));
  await start({
    ...memory,
    async *watch(_kind, _query, signal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* [];
    },
  });
  await vi.advanceTimersByTimeAsync(1000);
  await mark();
  await vi.advanceTimersByTimeAsync(1000);
  expect(await phase()).toBe('Waiting');
  await serving?.receive(refOf(metadata));
  await vi.advanceTimersByTimeAsync(1000);
  expect(await phase()).toBe('Done');
});

test('is swept: what was lost is found again', async () => {
  const { metadata } = await memory.create('Secret', aToy);
  const sent: unknown[] = [];
  const ports = {
    clusters: { get: () => memory, names: () => ['c1'] },
    queue: { send: async (ref: unknown) => void sent.push(ref) },
    bus: { publish: async () => {} },
    log,
    meter: { stepped() {}, failed() {}, measured() {} },
    now,
  };
  await resync('c1', {}, ports, kinds);
  expect(sent).toEqual([refOf(metadata)]);

  await start();
  await vi.advanceTimersByTimeAsync(59_000);
  expect(await scrape(serving)).toMatch(/^toy_reconcile_count.* 1$/m);
  await vi.advanceTimersByTimeAsync(90_000);
  expect(await scrape(serving)).toMatch(/^toy_reconcile_count.* 2$/m);
});

/** With a question mark behind what there is a way without. */
const names = (needed: ReturnType<typeof neededVerbs>) =>
  needed.map(({ verb, resource, without }) => `${verb} ${resource}${without === undefined ? '' : '?'}`);

test('what it needs is asked for', () => {
  const before = new Set(names(neededVerbs({ addressMode: 'proxy' })));
  const added = names(neededVerbs({ addressMode: 'proxy', facts })).filter((name) => !before.has(name));
  // What runs can do without, it cannot.
  expect(added.toSorted()).toEqual([
    'get secrets',
    'list pods',
    'list secrets',
    'patch secrets',
    'update secrets/finalizers?',
    'watch namespaces?',
    'watch secrets?',
  ]);
});

test('is none of the business of those that do not know it', async () => {
  const { metadata } = await memory.create('Secret', aToy);
  serving = await serve({ clusters: [cachedCluster(memory, scopesOf({}))], log, now });
  await serving.receive(refOf(metadata));
  await vi.advanceTimersByTimeAsync(1000);
  expect(await phase()).toBeUndefined();
});
