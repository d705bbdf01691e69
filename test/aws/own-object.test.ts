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

describe('whom the step of a run has to tell', () => {
  const named = (others: readonly ObjectRef[]) => others.map(({ kind, name }) => `${kind} ${name}`);

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
    const own = ownObject(ref, memory, () => true);
    await own.cluster.get('AnalysisRun', key);
    await own.cluster.patch('AnalysisRun', key, { status });
    expect(named(own.othersToTell())).toEqual(want);
  });

  test('what it made or changed, each once, where that has steps', async () => {
    const { metadata } = await memory.create('Experiment', anExperiment());
    const { namespace = '', name = '', uid = '' } = metadata;
    const ref = { cluster: 'c1', kind: 'Experiment', namespace, name, uid };
    const own = ownObject(ref, memory, () => true);
    await own.cluster.create('AnalysisRun', aRun());
    await own.cluster.patch('AnalysisRun', key, { spec: { terminate: true } });
    await own.cluster.create('Secret', { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'token' } });
    expect(named(own.othersToTell())).toEqual(['AnalysisRun guestbook-6fd5']);
  });
});

test('what is not ours is not there for its own step, and nothing else is hidden', async () => {
  const ref = await create();
  await memory.create('AnalysisRun', aRun({ metadata: { name: 'beside' } }));
  const { cluster } = ownObject(ref, memory, () => false);
  expect(await cluster.get('AnalysisRun', key)).toBeUndefined();
  expect(await cluster.get('AnalysisRun', { ...key, name: 'beside' })).toBeDefined();
  expect(await ownObject(ref, memory, () => true).cluster.get('AnalysisRun', key)).toBeDefined();
});
