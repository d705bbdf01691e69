import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { Ports } from '../../lib/model/ports.ts';
import { resyncSchedules } from '../../lib/schedules/resync-schedules.ts';
import type { ScheduleMemory } from '../../lib/schedules/schedule-memory.ts';
import { aMetric } from '../builders.ts';
import { listening } from '../world.ts';
import { aScheduled, annotations } from '../schedule/templates.ts';

const MINUTE = 60_000;
const T0 = Date.parse('2026-11-21T10:58:00Z');
const now = () => new Date();

let memory: MemoryCluster;
beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ['Date'] });
  memory = memoryCluster('one', { now });
});
afterEach(() => void vi.useRealTimers());

const tick = (ms: number) => void vi.setSystemTime(Date.now() + ms);
const runs = () => memory.objects('AnalysisRun');
const names = () => runs().map(({ metadata }) => metadata.name);
const named = (time: string) => `nightly-${Date.parse(time) / MINUTE}`;
const events = () => memory.objects('Event');
/** Measures for longer than the tests look. */
const long = { metrics: [aMetric({ interval: '1h', count: 9 })] };
const create = (...[parts, override]: Parameters<typeof aScheduled>) =>
  memory.create('AnalysisTemplate', aScheduled(parts, override));

const calls: string[] = [];
const sent: string[] = [];
let ports: Ports;
let memories: Map<string, ScheduleMemory>;
const look = async (looked = {}) => {
  calls.length = 0;
  sent.length = 0;
  await resyncSchedules('one', looked, ports, memories);
};
const lists = () => calls.filter((call) => call.startsWith('list')).toSorted();
beforeEach(() => {
  memories = new Map();
  const cluster = listening(memory, calls);
  ports = {
    clusters: { get: () => cluster, names: () => ['one'] },
    queue: { send: async ({ kind, namespace, name }) => void sent.push(`${kind} ${namespace}/${name}`) },
    bus: { publish: async () => {} },
    log: { info() {}, warn() {}, error() {} },
    meter: { stepped() {}, failed() {}, measured() {} },
    now,
  };
});

test('a tick has its run at the next look, and its first step is asked for', async () => {
  await create({ '': '*/15 * * * *' });
  await look();
  expect(names()).toEqual([]);
  tick(2 * MINUTE + 30_000);
  await look();
  expect(names()).toEqual([named('2026-11-21T11:00:00Z')]);
  expect(sent).toEqual([`AnalysisRun shop/${named('2026-11-21T11:00:00Z')}`]);
  tick(MINUTE);
  await look();
  expect(lists()).toEqual(['list AnalysisTemplate /', 'list ClusterAnalysisTemplate /']);
  expect(calls).toHaveLength(2);
});

test('a process without a memory makes nothing twice', async () => {
  await create({ '': '*/15 * * * *' });
  tick(3 * MINUTE);
  await look();
  memories = new Map();
  tick(MINUTE);
  await look();
  expect(calls.filter((call) => call.startsWith('create'))).toEqual([]);
  expect(names()).toHaveLength(1);
});

test('an old schedule without runs is looked into once, not every minute', async () => {
  await create({ '': '@daily' });
  tick(24 * 60 * MINUTE);
  await look();
  expect(lists()).toContain('list AnalysisRun shop/');
  await look();
  expect(lists()).not.toContain('list AnalysisRun shop/');
  expect(names()).toEqual([]);
});

test('where many ticks come at once, all runs are listed in one go', async () => {
  for (let index = 0; index < 60; index++) {
    await create(
      {},
      { metadata: { name: `many-${index}`, annotations: annotations({ '': '@hourly', concurrency: 'Allow' }) } },
    );
  }
  tick(3 * MINUTE);
  await look();
  expect(runs()).toHaveLength(60);
  expect(lists()).toEqual(['list AnalysisRun /', 'list AnalysisTemplate /', 'list ClusterAnalysisTemplate /']);
});

test('bad annotations are told once', async () => {
  await create({ '': 'never' });
  await look();
  await look();
  expect(events()).toHaveLength(1);
});

test('Forbid goes on looking until the run has ended', async () => {
  await create({ '': '*/5 * * * *' }, { spec: long });
  tick(3 * MINUTE);
  await look();
  tick(5 * MINUTE);
  await look();
  expect(names()).toHaveLength(1);
  memory.writeStatus('AnalysisRun', { namespace: 'shop', name: named('2026-11-21T11:00:00Z') }, { phase: 'Failed' });
  tick(MINUTE);
  await look();
  expect(names()).toEqual([named('2026-11-21T11:00:00Z'), named('2026-11-21T11:05:00Z')]);
});

test('a cluster that cannot be reached is no reason to fail', async () => {
  await create({ '': '@hourly' });
  memory.setReachable(false);
  await look();
  memory.setReachable(true);
  tick(3 * MINUTE);
  await look();
  expect(names()).toHaveLength(1);
});

test('one namespace, and one instance, as the cluster is registered', async () => {
  await create({ '': '@hourly' });
  await create(
    { '': '@hourly' },
    { metadata: { name: 'elsewhere', namespace: 'web', annotations: annotations({ '': '@hourly' }) } },
  );
  tick(3 * MINUTE);
  await look({ namespace: 'web' });
  expect(runs().map(({ metadata }) => metadata.namespace)).toEqual(['web']);
  await look({ instanceId: 'other' });
  expect(runs()).toHaveLength(1);
});

test('who may not list ClusterAnalysisTemplates has the others kept', async () => {
  await create({ '': '@hourly' });
  const cluster = ports.clusters.get('one');
  const list: typeof cluster.list = async (kind, query) => {
    if (kind !== 'ClusterAnalysisTemplate') return cluster.list(kind, query);
    throw new AssayError('ASSAY_CLUSTER_DENIED', 'cluster one: forbidden');
  };
  ports = { ...ports, clusters: { get: () => ({ ...cluster, list }), names: () => ['one'] } };
  tick(3 * MINUTE);
  await look();
  expect(names()).toHaveLength(1);
});
