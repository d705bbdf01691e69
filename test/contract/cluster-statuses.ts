import { describe, expect, it } from 'vitest';
import type { Patch } from '../../lib/model/cluster.ts';
import type { Resources } from '../../lib/model/resources.ts';
import type { UseCluster } from './cluster.ts';
import { aNewRun, codeOf } from './cluster-fixtures.ts';

/** Statuses that are a subresource: what each of the two writes reaches, and what of it counts. */
export function statusContract(use: UseCluster): void {
  const create = async (name: string, other: Partial<Resources['Rollout']> = {}): Promise<Resources['Rollout']> =>
    use().cluster.create('Rollout', { ...aNewRollout(use().namespace, name), ...other });
  const patch = async (name: string, change: Patch): Promise<Resources['Rollout']> =>
    use().cluster.patch('Rollout', { namespace: use().namespace, name }, change);
  const patchStatus = async (name: string, change: Patch): Promise<Resources['Rollout']> =>
    use().cluster.patch('Rollout', { namespace: use().namespace, name }, change, { subresource: 'status' });
  const get = async (name: string) => use().cluster.get('Rollout', { namespace: use().namespace, name });

  describe('a status that is a subresource', () => {
    it('is dropped where the object is created or patched', async () => {
      const created = await create('status-elsewhere', { status: { phase: 'Healthy' } });
      expect(created.status).toBeUndefined();
      const patched = await patch('status-elsewhere', { status: { phase: 'Healthy' }, spec: { replicas: 2 } });
      expect(patched.status).toBeUndefined();
      expect(patched.spec).toMatchObject({ replicas: 2 });
      await patchStatus('status-elsewhere', { status: { phase: 'Healthy' } });
      const later = await patch('status-elsewhere', { status: null, metadata: { labels: { a: 'b' } } });
      expect(later).toMatchObject({ status: { phase: 'Healthy' }, metadata: { labels: { a: 'b' } } });
      expect(await get('status-elsewhere')).toStrictEqual(later);
    });

    it('is all that a write of the status changes: no labels, no annotations, no specification', async () => {
      await create('status-alone', {
        metadata: { namespace: use().namespace, name: 'status-alone', labels: { a: 'b' } },
      });
      const patched = await patchStatus('status-alone', {
        metadata: { labels: { a: 'c', d: 'e' }, annotations: { f: 'g' } },
        spec: { replicas: 7 },
        status: { phase: 'Progressing', message: 'more replicas' },
      });
      expect(patched.metadata.labels).toStrictEqual({ a: 'b' });
      expect(patched.metadata.annotations).toBeUndefined();
      expect(patched.spec).toMatchObject({ replicas: 1 });
      expect(patched.status).toStrictEqual({ phase: 'Progressing', message: 'more replicas' });
      expect(await get('status-alone')).toStrictEqual(patched);
    });

    it('is merged, replaced step by step, and removed', async () => {
      await create('status-steps');
      await patchStatus('status-steps', { status: { phase: 'Progressing', message: 'first' } });
      const merged = await patchStatus('status-steps', { status: { message: 'second' } });
      expect(merged.status).toStrictEqual({ phase: 'Progressing', message: 'second' });
      const replaced = await patchStatus('status-steps', [
        { op: 'test', path: '/status/message', value: 'second' },
        { op: 'replace', path: '/status/phase', value: 'Healthy' },
      ]);
      expect(replaced.status).toStrictEqual({ phase: 'Healthy', message: 'second' });
      expect((await patchStatus('status-steps', { status: null })).status).toBeUndefined();
    });

    it('does not raise the generation, which counts specifications', async () => {
      await create('status-generation');
      const judged = await patchStatus('status-generation', { status: { phase: 'Progressing' } });
      const labelled = await patch('status-generation', { metadata: { labels: { a: 'b' } } });
      const specified = await patch('status-generation', { spec: { replicas: 3 } });
      const again = await patchStatus('status-generation', { status: { phase: 'Healthy' } });
      expect([judged, labelled, specified, again].map(({ metadata }) => metadata.generation)).toStrictEqual([
        1, 1, 2, 2,
      ]);
    });

    it('shares its version with the rest: the first of two writers wins, wherever he wrote', async () => {
      const { metadata } = await create('status-race');
      const { resourceVersion } = metadata;
      const won = await patchStatus('status-race', { metadata: { resourceVersion }, status: { phase: 'Progressing' } });
      expect(Number(won.metadata.resourceVersion)).toBeGreaterThan(Number(resourceVersion));
      const label = { metadata: { resourceVersion, labels: { late: 'yes' } } };
      expect(await codeOf(patch('status-race', label))).toBe('ASSAY_CLUSTER_CONFLICT');
      const late = { metadata: { resourceVersion }, status: { phase: 'Healthy' } };
      expect(await codeOf(patchStatus('status-race', late))).toBe('ASSAY_CLUSTER_CONFLICT');

      const labelled = await patch('status-race', {
        metadata: { resourceVersion: won.metadata.resourceVersion, labels: { late: 'no' } },
      });
      const next = { metadata: { resourceVersion: labelled.metadata.resourceVersion }, status: { phase: 'Healthy' } };
      expect((await patchStatus('status-race', next)).status).toStrictEqual({ phase: 'Healthy' });
    });

    it('is no write where nothing changes', async () => {
      await create('status-no-op');
      const changed = await patchStatus('status-no-op', { status: { phase: 'Healthy' } });
      const same = await patchStatus('status-no-op', {
        status: { phase: 'Healthy' },
        metadata: { labels: { a: 'b' } },
      });
      expect(same).toStrictEqual(changed);
      const dropped = await patch('status-no-op', { status: { phase: 'Degraded' } });
      expect(dropped).toStrictEqual(changed);
    });

    it('is not there for kinds that keep it in themselves, nor for objects that are not there', async () => {
      const { cluster, namespace } = use();
      const run = await cluster.create('AnalysisRun', aNewRun(namespace, { metadata: { name: 'status-own' } }));
      const key = { namespace, name: 'status-own' };
      const change = { status: { phase: 'Running' } };
      const code = await codeOf(cluster.patch('AnalysisRun', key, change, { subresource: 'status' }));
      expect(code).toBe('ASSAY_CLUSTER_NOT_FOUND');
      expect(await cluster.get('AnalysisRun', key)).toStrictEqual(run);
      expect(await codeOf(patchStatus('status-absent', change))).toBe('ASSAY_CLUSTER_NOT_FOUND');
    });
  });

  describe('an object that is too large', () => {
    it('is refused, and stays as it was', async () => {
      const { cluster, namespace } = use();
      const key = { namespace, name: 'too-large' };
      const run = await cluster.create('AnalysisRun', aNewRun(namespace, { metadata: { name: key.name } }));
      const change = { status: { phase: 'Running', message: 'x'.repeat(1_600_000) } };
      expect(await codeOf(cluster.patch('AnalysisRun', key, change))).toBe('ASSAY_CLUSTER_TOO_LARGE');
      expect(await cluster.get('AnalysisRun', key)).toStrictEqual(run);
      const huge = { status: { phase: 'Running', message: 'x'.repeat(3_200_000) } };
      expect(await codeOf(cluster.patch('AnalysisRun', key, huge))).toBe('ASSAY_CLUSTER_TOO_LARGE');
    });
  });
}

function aNewRollout(namespace: string, name: string): Resources['Rollout'] {
  const labels = { app: name };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { namespace, name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'busybox' }] } },
      strategy: { canary: {} },
    },
  };
}
