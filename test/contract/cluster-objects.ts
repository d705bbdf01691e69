import { describe, expect, it } from 'vitest';
import type { UseCluster } from './cluster.ts';
import { aNewRun, aSecret, codeOf } from './cluster-fixtures.ts';

/** Creating and getting. */
export function objectContract(use: UseCluster): void {
  describe('create and get', () => {
    it('gives a new object its identity', async () => {
      const { cluster, namespace } = use();
      const created = await cluster.create('AnalysisRun', aNewRun(namespace, { metadata: { name: 'identity' } }));

      expect(created).toMatchObject({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun' });
      expect(created.metadata).toMatchObject({ name: 'identity', namespace, generation: 1 });
      expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(Number(created.metadata.resourceVersion)).toBeGreaterThan(0);
      expect(created.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(await cluster.get('AnalysisRun', { namespace, name: 'identity' })).toStrictEqual(created);
    });

    it('keeps the status of a run, which has no subresource for it', async () => {
      const { cluster, namespace } = use();
      const run = aNewRun(namespace, { metadata: { name: 'status' }, status: { phase: 'Running' } });
      await cluster.create('AnalysisRun', run);
      expect((await cluster.get('AnalysisRun', { namespace, name: 'status' }))?.status).toStrictEqual({
        phase: 'Running',
      });
    });

    it('chooses the rest of a generated name', async () => {
      const { cluster, namespace } = use();
      const run = aNewRun(namespace, { metadata: { generateName: 'generated-' } });
      const { name: _, ...metadata } = run.metadata;
      const created = await cluster.create('AnalysisRun', { ...run, metadata });
      expect(created.metadata.name).toMatch(/^generated-[a-z0-9]{5}$/);
      expect(created.metadata.generateName).toBe('generated-');
    });

    it('serves objects without a namespace', async () => {
      const { cluster, namespace } = use();
      const { apiVersion, spec } = aNewRun(namespace, {});
      const name = `${namespace}-template`;
      const template = { apiVersion, kind: 'ClusterAnalysisTemplate', metadata: { name }, spec } as const;
      const created = await cluster.create('ClusterAnalysisTemplate', template);
      expect(created.metadata.namespace).toBeUndefined();
      expect((await cluster.get('ClusterAnalysisTemplate', { name }))?.metadata.uid).toBe(created.metadata.uid);
      expect(await cluster.delete('ClusterAnalysisTemplate', { name })).toBe(true);
    });

    it('has a version that only grows, whatever the kind', async () => {
      const { cluster, namespace } = use();
      const first = await cluster.create('Secret', aSecret(namespace, { name: 'version' }));
      const second = await cluster.create('AnalysisRun', aNewRun(namespace, { metadata: { name: 'version' } }));
      expect(Number(second.metadata.resourceVersion)).toBeGreaterThan(Number(first.metadata.resourceVersion));
    });

    it('has no generation for a Secret', async () => {
      const { cluster, namespace } = use();
      const secret = await cluster.create('Secret', aSecret(namespace, { name: 'generation' }));
      expect(secret.metadata.generation).toBeUndefined();
      expect(secret.data).toStrictEqual({ key: 'dmFsdWU=' });
    });

    it('shares nothing with those who read', async () => {
      const { cluster, namespace } = use();
      await cluster.create('AnalysisRun', aNewRun(namespace, { metadata: { name: 'shared' } }));
      const first = await cluster.get('AnalysisRun', { namespace, name: 'shared' });
      // A frozen object is as good as a copy.
      if (first && !Object.isFrozen(first.metadata)) Object.assign(first.metadata, { name: 'mine' });
      expect((await cluster.get('AnalysisRun', { namespace, name: 'shared' }))?.metadata.name).toBe('shared');
    });

    it('has nothing to give for a name that is not there', async () => {
      const { cluster, namespace } = use();
      expect(await cluster.get('AnalysisRun', { namespace, name: 'absent' })).toBeUndefined();
      expect(await cluster.get('Job', { namespace, name: 'absent' })).toBeUndefined();
      expect(await cluster.get('ClusterAnalysisTemplate', { name: 'absent' })).toBeUndefined();
    });

    it('refuses a second object of the same name', async () => {
      const { cluster, namespace } = use();
      const run = aNewRun(namespace, { metadata: { name: 'twice' } });
      await cluster.create('AnalysisRun', run);
      expect(await codeOf(cluster.create('AnalysisRun', run))).toBe('ASSAY_CLUSTER_EXISTS');
    });

    it.each([
      { name: 'a name with capitals', metadata: { name: 'Upper' } },
      { name: 'a name with a slash', metadata: { name: 'a/b' } },
      { name: 'a label that is no label', metadata: { name: 'bad-label', labels: { app: 'not a label' } } },
      { name: 'no name at all', metadata: { name: '' } },
    ])('refuses $name', async ({ metadata }) => {
      const { cluster, namespace } = use();
      const run = aNewRun(namespace, { metadata });
      expect(await codeOf(cluster.create('AnalysisRun', run))).toBe('ASSAY_CLUSTER_REFUSED');
    });

    it('refuses what breaks the schema', async () => {
      const { cluster, namespace } = use();
      const run = aNewRun(namespace, { metadata: { name: 'broken' } });
      const broken = JSON.parse(JSON.stringify(run).replace('"metrics":[', '"metrics":"none","was":['));
      expect(await codeOf(cluster.create('AnalysisRun', broken))).toBe('ASSAY_CLUSTER_REFUSED');
    });

    it('refuses a key without its namespace, and an object of another kind', async () => {
      const { cluster, namespace } = use();
      expect(await codeOf(cluster.get('AnalysisRun', { name: 'nowhere' }))).toBe('ASSAY_CLUSTER_REFUSED');
      const secret = { ...aSecret(namespace, { name: 'not-a-job' }) };
      expect(await codeOf(cluster.create('Job', secret))).toBe('ASSAY_CLUSTER_REFUSED');
    });

    it.each(['', '.', '..', 'a/b', '../../secrets/cred', 'a%2Fb'])('refuses to look for %j', async (name) => {
      const { cluster, namespace } = use();
      expect(await codeOf(cluster.get('Job', { namespace, name }))).toBe('ASSAY_CLUSTER_REFUSED');
      expect(await codeOf(cluster.patch('Job', { namespace, name }, {}))).toBe('ASSAY_CLUSTER_REFUSED');
      expect(await codeOf(cluster.delete('Job', { namespace, name }))).toBe('ASSAY_CLUSTER_REFUSED');
    });

    it('leaves the status of a Job to its controller', async () => {
      const { cluster, namespace } = use();
      const job = {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { namespace, name: 'apart' },
        spec: {
          suspend: true,
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] } },
        },
        status: { conditions: [{ type: 'Complete', status: 'True' }] },
      };
      await cluster.create('Job', job);
      const key = { namespace, name: 'apart' };
      await cluster.patch('Job', key, { status: job.status, metadata: { labels: { patched: 'yes' } } });
      const read = await cluster.get('Job', key);
      expect(read?.metadata.labels).toMatchObject({ patched: 'yes' });
      expect(read?.status?.conditions?.some(({ type }) => type === 'Complete')).not.toBe(true);
    });
  });
}
