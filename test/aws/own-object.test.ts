import { beforeEach, describe, expect, test } from 'vitest';
import { ownObject } from '../../lib/aws/own-object.ts';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { OwnerReference } from '../../lib/model/kubernetes.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import { anExperiment, aRun } from '../builders.ts';

const key = { namespace: 'shop', name: 'guestbook-6fd5' };

let memory: MemoryCluster;

beforeEach(() => {
  memory = memoryCluster('c1', { now: () => new Date('2026-11-05T10:00:00Z') });
});

/** A run of an experiment. */
async function create(change: Partial<OwnerReference> = {}): Promise<ObjectRef> {
  const { apiVersion, kind, metadata: of } = await memory.create('Experiment', anExperiment());
  const owner = { apiVersion, kind, name: of.name ?? '', uid: of.uid ?? '', controller: true };
  const ownerReferences = [{ ...owner, ...change }];
  const { metadata } = await memory.create('AnalysisRun', aRun({ metadata: { ownerReferences } }));
  return { cluster: 'c1', kind: 'AnalysisRun', ...key, uid: metadata.uid ?? '' };
}

const named = (others: readonly ObjectRef[]) => others.map(({ kind, name }) => `${kind} ${name}`);

describe('whom the step of a run has to tell', () => {
  test.each([
    {
      name: 'its experiment, of a phase',
      status: { phase: 'Failed' },
      change: {},
      want: ['Experiment guestbook-compare'],
    },
    { name: 'nobody, where the phase stays', status: { message: 'why' }, change: {}, want: [] },
    { name: 'nobody of another API group', status: { phase: 'Failed' }, change: { apiVersion: 'apps/v1' }, want: [] },
    { name: 'nobody that has no steps', status: { phase: 'Failed' }, change: { kind: 'Deployment' }, want: [] },
    { name: 'nobody who is no controller', status: { phase: 'Failed' }, change: { controller: false }, want: [] },
  ])('$name', async ({ status, change, want }) => {
    const ref = await create(change);
    const own = ownObject(ref, memory, { isOurs: () => true });
    await own.cluster.get('AnalysisRun', key);
    await own.cluster.patch('AnalysisRun', key, { status });
    expect(named(own.othersToTell())).toEqual(want);
  });

  test('what it made or changed, each once, where that has steps', async () => {
    const { metadata } = await memory.create('Experiment', anExperiment());
    const { namespace = '', name = '', uid = '' } = metadata;
    const ref = { cluster: 'c1', kind: 'Experiment', namespace, name, uid };
    const own = ownObject(ref, memory, { isOurs: () => true });
    await own.cluster.create('AnalysisRun', aRun());
    await own.cluster.patch('AnalysisRun', key, { spec: { terminate: true } });
    await own.cluster.create('Secret', { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'token' } });
    expect(named(own.othersToTell())).toEqual(['AnalysisRun guestbook-6fd5']);
  });
});

test('what is not ours is not there for its own step, and nothing else is hidden', async () => {
  const ref = await create();
  await memory.create('AnalysisRun', aRun({ metadata: { name: 'beside' } }));
  const { cluster } = ownObject(ref, memory, { isOurs: () => false });
  expect(await cluster.get('AnalysisRun', key)).toBeUndefined();
  expect(await cluster.get('AnalysisRun', { ...key, name: 'beside' })).toBeDefined();
  expect(await ownObject(ref, memory, { isOurs: () => true }).cluster.get('AnalysisRun', key)).toBeDefined();
});

const runOf = async (): Promise<{ ref: ObjectRef; version: string }> => {
  const ref = await create();
  const { resourceVersion: version = '' } = (await memory.get('AnalysisRun', key))?.metadata ?? {};
  return { ref, version };
};
const readBy = async (ref: ObjectRef, before: string): Promise<boolean> => {
  const own = ownObject(ref, memory, { isOurs: () => true, before });
  await own.cluster.get('AnalysisRun', key);
  await own.cluster.list('Experiment', { namespace: 'shop' });
  return own.cameTooEarly();
};

describe('a step comes too early', () => {
  test('where the object is as it was before the change', async () => {
    const { ref, version } = await runOf();
    expect(await readBy(ref, `${ref.uid}@${version}`)).toBe(true);
    expect(await readBy(ref, `other@1 ${ref.uid}@${version}`)).toBe(true);
  });

  test('where the object is not there yet', async () => {
    const { ref } = await runOf();
    expect(await readBy({ ...ref, uid: 'to-come' }, 'to-come@')).toBe(true);
  });

  test('where one that is listed for it is as it was before the change', async () => {
    const { ref } = await runOf();
    const { uid = '', resourceVersion = '' } = memory.objects('Experiment')[0]?.metadata ?? {};
    expect(await readBy(ref, `${uid}@${resourceVersion}`)).toBe(true);
  });

  test('and else does not: of another version, there by now, gone without having been told to come, or told of nothing', async () => {
    const { ref, version } = await runOf();
    expect(await readBy(ref, `${ref.uid}@${version}0`)).toBe(false);
    expect(await readBy(ref, `${ref.uid}@`)).toBe(false);
    expect(await readBy({ ...ref, uid: 'gone' }, 'gone@7')).toBe(false);
    expect(await readBy(ref, '')).toBe(false);
  });
});
