import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CachedCluster, cachedCluster } from '../../lib/clusters/store/cached.ts';
import { type MemoryCluster, memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { JOB_OWNER_LABEL } from '../../lib/model/labels.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import { receive } from '../../lib/serve/receive.ts';
import { aRun } from '../builders.ts';

const now = () => new Date('2026-11-05T10:00:00Z');
const key = { namespace: 'shop', name: 'guestbook-6fd5' };
const ref: ObjectRef = { cluster: 'c1', kind: 'AnalysisRun', ...key, uid: '' };

let memory: MemoryCluster;
let asked: string[];
let warnings: unknown[];
let sent: ObjectRef[];
let stopped: AbortController;

beforeEach(() => {
  memory = memoryCluster('c1', { now });
  [asked, warnings, sent] = [[], [], []];
  stopped = new AbortController();
});
afterEach(() => stopped.abort());

/** What is asked of a cluster, noted down. */
function noting(cluster: Cluster): Cluster {
  return {
    ...cluster,
    get: async (kind, of) => {
      asked.push(`get ${kind}`);
      return cluster.get(kind, of);
    },
    list: async (kind, query) => {
      asked.push(`list ${kind}`);
      return cluster.list(kind, query);
    },
  };
}

const tellOf = (cluster: CachedCluster, change: Partial<ObjectRef> = {}, mayRead?: () => boolean) =>
  receive(
    { ...ref, ...change },
    {
      clusters: [cluster],
      queue: { send: async (to) => void sent.push(to) },
      log: { info() {}, warn: (_, fields) => void warnings.push(fields), error() {} },
      now,
      ...(mayRead && { mayRead }),
    },
  );

test.each([
  { name: 'a run that is served', change: {}, want: 1 },
  { name: 'a run that was made anew', change: { uid: 'other' }, want: 0 },
  { name: 'another cluster', change: { cluster: 'c2' }, want: 0 },
  { name: 'a kind that has no steps', change: { kind: 'Secret' }, want: 0 },
  { name: 'a run of another instance', selector: 'team=web', change: {}, want: 0 },
])('an event about $name leads to $want steps', async ({ change, selector, want }) => {
  const { metadata } = await memory.create('AnalysisRun', aRun());
  // The watch has not begun: the event is all there is.
  const scope = { kind: 'AnalysisRun' as const, ...(selector !== undefined && { labelSelector: selector }) };
  await tellOf(cachedCluster(memory, [scope]), { uid: metadata.uid ?? '', ...change });
  expect(sent).toHaveLength(want);
});

test('an event about a cluster that cannot be asked is passed over, with a warning', async () => {
  memory.setReachable(false);
  await tellOf(cachedCluster(memory, [{ kind: 'AnalysisRun' }]), { uid: 'a' });
  expect(sent).toEqual([]);
  expect(warnings).toMatchObject([{ code: 'ASSAY_CLUSTER_UNREACHABLE' }]);
});

test('what is a bug is not hidden', async () => {
  const broken: Cluster = { ...memory, get: async () => Promise.reject(new TypeError('a bug')) };
  const failing = tellOf(cachedCluster(broken, [{ kind: 'AnalysisRun' }]), { uid: 'a' });
  await expect(failing).rejects.toThrow(TypeError);
  await expect(failing).rejects.not.toThrow(AssayError);
});

const silent: Cluster['watch'] = async function* (_kind, _query, signal) {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  yield* [];
};

/** Both kinds are stored; `watch` is what becomes of the watches afterwards. */
async function openStores(watch: 'live' | 'silent'): Promise<CachedCluster> {
  const cluster = cachedCluster(noting({ ...memory, ...(watch === 'silent' && { watch: silent }) }), [
    { kind: 'AnalysisRun' },
    { kind: 'Job' },
  ]);
  void cluster.start(stopped.signal);
  await cluster.whenSynced();
  asked = [];
  return cluster;
}

async function aRunWithAJob(): Promise<{ readonly uid: string }> {
  const { metadata } = await memory.create('AnalysisRun', aRun());
  const { uid = '' } = metadata;
  const labels = { [JOB_OWNER_LABEL]: uid };
  await memory.create('Job', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace: 'shop', name: 'measure', labels },
  });
  return { uid };
}

const COMPLETE = { conditions: [{ type: 'Complete', status: 'True' }] };

test('while the watches are silent, the cluster is asked: the object, and what it owns, are as they are there', async () => {
  const { uid } = await aRunWithAJob();
  const cluster = await openStores('silent');
  const told: string[] = [];
  cluster.onChange('Job', (job) => told.push(job.metadata.name ?? ''));
  await memory.patch('AnalysisRun', key, { spec: { terminate: true } });
  memory.writeStatus('Job', { namespace: 'shop', name: 'measure' }, COMPLETE);
  await tellOf(cluster, { uid });
  expect(cluster.peek('AnalysisRun', key)?.spec.terminate).toBe(true);
  expect(cluster.peek('Job', { namespace: 'shop', name: 'measure' })?.status).toMatchObject(COMPLETE);
  expect(told).toEqual(['measure']);
  expect(sent).toHaveLength(1);
  expect(asked).toEqual(['get AnalysisRun', 'list Job']);
});

test('a watch that has just told of the change spares the questions', async () => {
  const { uid } = await aRunWithAJob();
  const cluster = await openStores('live');
  await memory.patch('AnalysisRun', key, { spec: { terminate: true } });
  memory.writeStatus('Job', { namespace: 'shop', name: 'measure' }, COMPLETE);
  await expect.poll(() => cluster.peek('Job', { namespace: 'shop', name: 'measure' })?.status).toMatchObject(COMPLETE);
  await tellOf(cluster, { uid });
  expect(cluster.peek('AnalysisRun', key)?.spec.terminate).toBe(true);
  expect(sent).toHaveLength(1);
  expect(asked).toEqual([]);
});

test('what is not there yet is left to a watch that tells', async () => {
  const cluster = await openStores('live');
  await memory.create('AnalysisRun', aRun());
  await expect.poll(() => cluster.quietMs('AnalysisRun')).toBeLessThan(100);
  await tellOf(cluster, { name: 'later', uid: 'of-later' });
  expect(asked).toEqual([]);
  expect(sent).toEqual([]);
});

test.each([
  { reads: 0, want: ['get AnalysisRun'] },
  { reads: 2, want: ['get AnalysisRun', 'get AnalysisRun', 'get AnalysisRun'] },
])('with $reads more reads allowed, a run that is not there is looked for no oftener', async ({ reads, want }) => {
  const cluster = await openStores('silent');
  let left = reads;
  await tellOf(cluster, { uid: 'nobody' }, () => left-- > 0);
  expect(asked).toEqual(want);
});

test('with no more reads allowed, what a run owns is left to its watch', async () => {
  const { uid } = await aRunWithAJob();
  const cluster = await openStores('silent');
  await tellOf(cluster, { uid }, () => false);
  expect(asked).toEqual(['get AnalysisRun']);
  expect(sent).toHaveLength(1);
});
