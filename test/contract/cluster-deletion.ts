import { describe, expect, it } from 'vitest';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { OwnerReference, Secret } from '../../lib/model/kubernetes.ts';
import type { UseCluster } from './cluster.ts';
import { aNewRun, aSecret, codeOf, eventually } from './cluster-fixtures.ts';

/** Deleting, finalizers, and what belongs to what is deleted. */
export function deletionContract(use: UseCluster): void {
  const createRun = async (name: string, metadata: AnalysisRun['metadata'] = {}): Promise<AnalysisRun> => {
    const { cluster, namespace } = use();
    return cluster.create('AnalysisRun', aNewRun(namespace, { metadata: { name, ...metadata } }));
  };
  const createOwned = async (name: string, owner: AnalysisRun, metadata: Secret['metadata'] = {}): Promise<Secret> => {
    const { cluster, namespace } = use();
    return cluster.create('Secret', aSecret(namespace, { name, ownerReferences: [ownedBy(owner)], ...metadata }));
  };
  const isGone = (kind: 'AnalysisRun' | 'Secret', name: string) => async (): Promise<boolean> =>
    (await use().cluster.get(kind, { namespace: use().namespace, name })) === undefined;

  describe('delete', () => {
    it('is true once', async () => {
      const { cluster, namespace } = use();
      await createRun('once');
      const key = { namespace, name: 'once' };
      expect(await cluster.delete('AnalysisRun', key)).toBe(true);
      expect(await cluster.get('AnalysisRun', key)).toBeUndefined();
      expect(await cluster.delete('AnalysisRun', key)).toBe(false);
    });

    it('leaves a later object of the same name alone', async () => {
      const { cluster, namespace } = use();
      const key = { namespace, name: 'successor' };
      const first = await createRun('successor');
      const uid = first.metadata.uid ?? '';
      expect(await cluster.delete('AnalysisRun', key, { uid })).toBe(true);
      expect(await cluster.delete('AnalysisRun', key, { uid })).toBe(false);
      const second = await createRun('successor');
      expect(await cluster.delete('AnalysisRun', key, { uid })).toBe(false);
      expect((await cluster.get('AnalysisRun', key))?.metadata.uid).toBe(second.metadata.uid);
    });

    it('can insist on a version', async () => {
      const { cluster, namespace } = use();
      const key = { namespace, name: 'insist' };
      const { metadata } = await createRun('insist');
      const { metadata: newer } = await cluster.patch('AnalysisRun', key, { status: { phase: 'Running' } });
      const late = cluster.delete('AnalysisRun', key, { resourceVersion: metadata.resourceVersion ?? '' });
      expect(await codeOf(late)).toBe('ASSAY_CLUSTER_CONFLICT');
      expect(await cluster.delete('AnalysisRun', key, { resourceVersion: newer.resourceVersion ?? '' })).toBe(true);
    });

    it('waits for finalizers', async () => {
      const { cluster, namespace } = use();
      const key = { namespace, name: 'finalizer' };
      await createRun('finalizer', { finalizers: ['assay.dev/test'] });
      expect(await cluster.delete('AnalysisRun', key)).toBe(true);

      const ending = await cluster.get('AnalysisRun', key);
      expect(ending?.metadata.deletionTimestamp).toMatch(/Z$/);
      expect(ending?.metadata.deletionGracePeriodSeconds).toBe(0);
      expect(ending?.metadata.generation).toBe(2);
      expect(await cluster.delete('AnalysisRun', key)).toBe(true);
      expect(await codeOf(cluster.create('AnalysisRun', aNewRun(namespace, { metadata: key })))).toBe(
        'ASSAY_CLUSTER_EXISTS',
      );
      const more = { metadata: { finalizers: ['assay.dev/test', 'assay.dev/more'] } };
      expect(await codeOf(cluster.patch('AnalysisRun', key, more))).toBe('ASSAY_CLUSTER_REFUSED');

      await cluster.patch('AnalysisRun', key, { metadata: { finalizers: null } });
      expect(await cluster.get('AnalysisRun', key)).toBeUndefined();
    });

    it('still takes a status in the meantime', async () => {
      const { cluster, namespace } = use();
      const key = { namespace, name: 'meantime' };
      await createRun('meantime', { finalizers: ['assay.dev/test'] });
      await cluster.delete('AnalysisRun', key);
      const patched = await cluster.patch('AnalysisRun', key, { status: { phase: 'Running' } });
      expect(patched.status?.phase).toBe('Running');
      expect(patched.metadata.deletionTimestamp).toBeDefined();
      await cluster.patch('AnalysisRun', key, { metadata: { finalizers: null } });
    });
  });

  describe('what an object owns', () => {
    it('goes with it, in the background', async () => {
      const { cluster, namespace } = use();
      const owner = await createRun('background');
      await createOwned('background-child', owner);
      await cluster.delete('AnalysisRun', { namespace, name: 'background' });
      expect(await eventually('the owned Secret goes', isGone('Secret', 'background-child'))).toBe(true);
    });

    it('stays while another owner lives', async () => {
      const { cluster, namespace } = use();
      const [first, second] = [await createRun('first-owner'), await createRun('second-owner')];
      const secondReference = { ...ownedBy(second), controller: false };
      await createOwned('two-owners', first, { ownerReferences: [ownedBy(first), secondReference] });
      await createOwned('one-owner', first);
      await cluster.delete('AnalysisRun', { namespace, name: 'first-owner' });
      await eventually('the Secret with one owner goes', isGone('Secret', 'one-owner'));
      expect(await isGone('Secret', 'two-owners')()).toBe(false);
      await cluster.delete('AnalysisRun', { namespace, name: 'second-owner' });
      await eventually('the Secret with two owners goes', isGone('Secret', 'two-owners'));
    });

    it('goes before it, in the foreground', async () => {
      const { cluster, namespace } = use();
      const owner = await createRun('foreground');
      const child = { ownerReferences: [ownedBy(owner, true)], finalizers: ['assay.dev/test'] };
      await createOwned('foreground-child', owner, child);
      const key = { namespace, name: 'foreground' };
      await cluster.delete('AnalysisRun', key, { propagation: 'Foreground' });

      await eventually('the child is being deleted', async () => {
        const secret = await cluster.get('Secret', { namespace, name: 'foreground-child' });
        return secret?.metadata.deletionTimestamp;
      });
      const waiting = await cluster.get('AnalysisRun', key);
      expect(waiting?.metadata.finalizers).toStrictEqual(['foregroundDeletion']);
      await cluster.patch('Secret', { namespace, name: 'foreground-child' }, { metadata: { finalizers: null } });
      await eventually('the owner goes', isGone('AnalysisRun', 'foreground'));
    });

    it('stays behind as an orphan', async () => {
      const { cluster, namespace } = use();
      const owner = await createRun('orphaning');
      await createOwned('orphan', owner);
      await cluster.delete('AnalysisRun', { namespace, name: 'orphaning' }, { propagation: 'Orphan' });
      await eventually('the owner goes', isGone('AnalysisRun', 'orphaning'));
      const orphan = await cluster.get('Secret', { namespace, name: 'orphan' });
      expect(orphan).toBeDefined();
      expect(orphan?.metadata.ownerReferences).toBeUndefined();
    });

    it('goes if it comes too late', async () => {
      const { cluster, namespace } = use();
      const owner = await createRun('gone-owner');
      await cluster.delete('AnalysisRun', { namespace, name: 'gone-owner' });
      await createOwned('late-child', owner);
      expect(await eventually('the late child goes', isGone('Secret', 'late-child'))).toBe(true);
    });
  });
}

function ownedBy({ apiVersion, kind, metadata }: AnalysisRun, blocks = false): OwnerReference {
  const { name = '', uid = '' } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: blocks };
}
