import { beforeEach, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { Cluster, ListQuery } from '../../lib/model/cluster.ts';
import { KINDS } from '../../lib/kinds/registry.ts';
import type { Kind } from '../../lib/model/kind.ts';
import type { Ports } from '../../lib/model/ports.ts';
import { resync } from '../../lib/runtime/resync.ts';
import { anExperiment, aRun } from '../builders.ts';

const now = () => new Date('2026-11-05T10:00:00Z');
const INSTANCE = 'argo-rollouts.argoproj.io/controller-instance-id';

let memory: MemoryCluster;
let sent: { name: string; version: string | undefined }[];
let lists: { kind: string; query: ListQuery }[];
let warnings: string[];

beforeEach(() => {
  memory = memoryCluster('c1', { now });
  sent = [];
  lists = [];
  warnings = [];
});

function portsOf(cluster: Cluster = memory, send?: Ports['queue']['send']): Ports {
  const noting: Cluster = {
    ...cluster,
    list(kind, query = {}) {
      lists.push({ kind, query });
      return cluster.list(kind, query);
    },
  };
  return {
    clusters: { get: () => noting, names: () => ['c1'] },
    queue: { send: send ?? (async ({ name }, _at, version) => void sent.push({ name, version })) },
    bus: { publish: async () => {} },
    log: { info() {}, warn: (message) => void warnings.push(message), error() {} },
    meter: { stepped() {}, failed() {}, measured() {} },
    now,
  };
}

const create = (name: string, labels: Record<string, string> = {}, namespace = 'shop') =>
  memory.create('AnalysisRun', aRun({ metadata: { name, namespace, labels } }));
const names = () => sent.map(({ name }) => name).toSorted();

test('what was never begun is queued, without a version; what has nothing left to do is not listed', async () => {
  await create('fresh');
  await create('over', { 'assay.dev/finished': 'true' });
  await memory.create('Experiment', anExperiment());
  await resync('c1', {}, portsOf());
  expect(names()).toEqual(['fresh', 'guestbook-compare']);
  expect(sent.every(({ version }) => version === undefined)).toBe(true);
});

test('a cluster with nothing to do costs one list a kind, of what is unfinished and ours', async () => {
  await resync('c1', { selector: 'team=web', instanceId: 'assay', namespace: 'shop' }, portsOf());
  const query = {
    namespace: 'shop',
    labelSelector: `assay.dev/finished!=true,${INSTANCE}=assay,team=web`,
    limit: 500,
  };
  expect(lists).toEqual([
    { kind: 'AnalysisRun', query },
    { kind: 'Experiment', query },
  ]);
});

test.each([
  { name: 'without an instance id, what carries none', looked: {}, want: ['plain'] },
  { name: 'with one, what carries it', looked: { instanceId: 'assay' }, want: ['ours'] },
  { name: 'in one namespace', looked: { namespace: 'other' }, want: [] },
])('$name', async ({ looked, want }) => {
  await create('plain');
  await create('ours', { [INSTANCE]: 'assay' });
  await create('theirs', { [INSTANCE]: 'theirs' });
  await resync('c1', looked, portsOf());
  expect(names()).toEqual(want);
});

test('many objects are listed page by page', async () => {
  for (let index = 0; index < 1001; index += 1) await create(`run-${index}`);
  await resync('c1', {}, portsOf());
  expect(sent).toHaveLength(1001);
  expect(lists.filter(({ kind }) => kind === 'AnalysisRun')).toHaveLength(3);
});

test('a kind that cannot be listed leaves the other alone', async () => {
  await memory.create('Experiment', anExperiment());
  const denying: Cluster = {
    ...memory,
    async list(kind, query) {
      if (kind === 'AnalysisRun') throw new AssayError('ASSAY_CLUSTER_DENIED', 'analysisruns is forbidden');
      return memory.list(kind, query);
    },
  };
  await resync('c1', {}, portsOf(denying));
  expect(names()).toEqual(['guestbook-compare']);
  expect(warnings).toEqual(['objects not listed']);
});

test('a queue that takes nothing is an error: the look at the cluster is made again', async () => {
  await create('fresh');
  const error = new AssayError('ASSAY_QUEUE_UNREACHABLE', 'no answer', { retry: true });
  await expect(
    resync(
      'c1',
      {},
      portsOf(memory, () => Promise.reject(error)),
    ),
  ).rejects.toBe(error);
});

test('an object whose look throws is set aside, and hides none of the others', async () => {
  await create('good');
  await create('bad');
  await memory.create('Experiment', anExperiment());
  const kinds = KINDS.map(({ facts, load }) => ({ facts, load: async () => throwingFor('bad', await load()) }));
  const errors: string[] = [];
  const ports = portsOf();
  await resync('c1', {}, { ...ports, log: { ...ports.log, error: (message) => void errors.push(message) } }, kinds);
  expect(names()).toEqual(['good', 'guestbook-compare']);
  expect(errors).toEqual(['object set aside']);
});

function throwingFor(name: string, kind: Kind): Kind {
  return {
    ...kind,
    dueAt(object, at) {
      if (object.metadata.name === name) throw new RangeError('Invalid string length');
      return kind.dueAt(object, at);
    },
  };
}
