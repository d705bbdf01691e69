import { describe, expect, it } from 'vitest';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { Patch } from '../../lib/model/cluster.ts';
import type { RunOverride } from '../builders.ts';
import type { UseCluster } from './cluster.ts';
import { aNewRun, aSecret, codeOf } from './cluster-fixtures.ts';

/** Merge patches, JSON patches, and what they must not change. */
export function patchContract(use: UseCluster): void {
  const create = async (name: string, override: RunOverride = {}): Promise<AnalysisRun> => {
    const { cluster, namespace } = use();
    const metadata = { name, ...override.metadata };
    return cluster.create('AnalysisRun', aNewRun(namespace, { ...override, metadata }));
  };
  const patch = async (name: string, change: Patch): Promise<AnalysisRun> =>
    use().cluster.patch('AnalysisRun', { namespace: use().namespace, name }, change);

  describe('merge patch', () => {
    it('merges objects, replaces lists, removes what is null', async () => {
      const { cluster, namespace } = use();
      await create('merge', {
        metadata: { labels: { keep: 'a', drop: 'b' } },
        status: { phase: 'Running', message: 'first', metricResults: [{ name: 'one', phase: 'Running' }] },
      });
      const patched = await patch('merge', {
        metadata: { labels: { drop: null, add: 'c' } },
        status: { phase: 'Failed', message: null, metricResults: [{ name: 'two', phase: 'Failed' }] },
      });

      expect(patched.metadata.labels).toStrictEqual({ keep: 'a', add: 'c' });
      expect(patched.status).toStrictEqual({ phase: 'Failed', metricResults: [{ name: 'two', phase: 'Failed' }] });
      expect(await cluster.get('AnalysisRun', { namespace, name: 'merge' })).toStrictEqual(patched);
    });

    it('removes the last label with all of them', async () => {
      await create('labels', { metadata: { labels: { only: 'one' } } });
      expect((await patch('labels', { metadata: { labels: { only: null } } })).metadata.labels).toBeUndefined();
    });

    it('raises the version with every change, and not without one', async () => {
      const created = await create('no-op', { status: { phase: 'Running' } });
      const changed = await patch('no-op', { status: { phase: 'Failed' } });
      const same = await patch('no-op', { status: { phase: 'Failed' } });
      expect(Number(changed.metadata.resourceVersion)).toBeGreaterThan(Number(created.metadata.resourceVersion));
      expect(same.metadata.resourceVersion).toBe(changed.metadata.resourceVersion);
    });

    it('raises the generation with the status too, where that has no subresource, but not with labels', async () => {
      await create('generation');
      const labelled = await patch('generation', { metadata: { labels: { a: 'b' } } });
      const specified = await patch('generation', { spec: { terminate: true } });
      const judged = await patch('generation', { status: { phase: 'Running' } });
      expect([labelled, specified, judged].map(({ metadata }) => metadata.generation)).toStrictEqual([1, 2, 3]);
    });

    it('lets the first of two writers win', async () => {
      const { metadata } = await create('race');
      const { resourceVersion } = metadata;
      const won = await patch('race', { metadata: { resourceVersion }, status: { phase: 'Running' } });
      const late = patch('race', { metadata: { resourceVersion }, status: { phase: 'Failed' } });
      expect(await codeOf(late)).toBe('ASSAY_CLUSTER_CONFLICT');
      const next = await patch('race', {
        metadata: { resourceVersion: won.metadata.resourceVersion },
        status: { phase: 'Successful' },
      });
      expect(next.status?.phase).toBe('Successful');
    });

    it('conflicts even where the late write would change nothing', async () => {
      const { metadata } = await create('late-no-op');
      await patch('late-no-op', { status: { phase: 'Running' } });
      const late = patch('late-no-op', {
        metadata: { resourceVersion: metadata.resourceVersion },
        status: { phase: 'Running' },
      });
      expect(await codeOf(late)).toBe('ASSAY_CLUSTER_CONFLICT');
    });

    it.each([
      { name: 'another name', change: { metadata: { name: 'other' } } },
      { name: 'another kind', change: { kind: 'Experiment' } },
      { name: 'no version at all', change: { metadata: { resourceVersion: null }, status: { phase: 'Running' } } },
      { name: 'a label that is none', change: { metadata: { labels: { app: 'not a label' } } } },
      { name: 'what breaks the schema', change: { spec: { metrics: 'none' } } },
    ])('refuses $name', async ({ name, change }) => {
      const run = name.replaceAll(' ', '-');
      await create(run);
      expect(await codeOf(patch(run, change))).toBe('ASSAY_CLUSTER_REFUSED');
    });

    it('does not take another uid', async () => {
      await create('other-uid');
      const code = await codeOf(patch('other-uid', { metadata: { uid: '11111111-2222-3333-4444-555555555555' } }));
      expect(['ASSAY_CLUSTER_CONFLICT', 'ASSAY_CLUSTER_REFUSED']).toContain(code);
    });

    it('does not change when an object was created', async () => {
      const { metadata } = await create('created-at');
      const patched = await patch('created-at', { metadata: { creationTimestamp: '2001-01-01T00:00:00Z' } });
      expect(patched.metadata.creationTimestamp).toBe(metadata.creationTimestamp);
      expect(patched.metadata.resourceVersion).toBe(metadata.resourceVersion);
    });

    it('finds nothing under a name that is not there', async () => {
      expect(await codeOf(patch('absent', { status: {} }))).toBe('ASSAY_CLUSTER_NOT_FOUND');
    });

    it('merges the data of a Secret', async () => {
      const { cluster, namespace } = use();
      await cluster.create('Secret', aSecret(namespace, { name: 'merge' }));
      const patched = await cluster.patch('Secret', { namespace, name: 'merge' }, { data: { more: 'bW9yZQ==' } });
      expect(patched.data).toStrictEqual({ key: 'dmFsdWU=', more: 'bW9yZQ==' });
    });
  });

  describe('JSON patch', () => {
    it('adds, replaces, removes and tests', async () => {
      await create('steps', { metadata: { labels: { 'a/b': 'x', c: 'y' } }, status: { phase: 'Running' } });
      const patched = await patch('steps', [
        { op: 'test', path: '/status/phase', value: 'Running' },
        { op: 'replace', path: '/status/phase', value: 'Failed' },
        { op: 'replace', path: '/status/message', value: 'even where there was none' },
        { op: 'add', path: '/status/metricResults', value: [] },
        { op: 'add', path: '/status/metricResults/-', value: { name: 'second', phase: 'Failed' } },
        { op: 'add', path: '/status/metricResults/0', value: { name: 'first', phase: 'Failed' } },
        { op: 'remove', path: '/metadata/labels/a~1b' },
      ]);
      expect(patched.metadata.labels).toStrictEqual({ c: 'y' });
      expect(patched.status).toStrictEqual({
        phase: 'Failed',
        message: 'even where there was none',
        metricResults: [
          { name: 'first', phase: 'Failed' },
          { name: 'second', phase: 'Failed' },
        ],
      });
    });

    it.each([
      { name: 'a test that fails', steps: [{ op: 'test', path: '/status/phase', value: 'Failed' }] },
      { name: 'removing what is not there', steps: [{ op: 'remove', path: '/status/message' }] },
      { name: 'adding below nothing', steps: [{ op: 'add', path: '/status/runSummary/count', value: 1 }] },
      { name: 'an index beyond the end', steps: [{ op: 'add', path: '/spec/metrics/7', value: {} }] },
    ] as const)('refuses $name, and changes nothing', async ({ name, steps }) => {
      const run = name.replaceAll(' ', '-');
      const { metadata } = await create(run, { status: { phase: 'Running' } });
      const change = [{ op: 'add', path: '/metadata/labels', value: { touched: 'yes' } }, ...steps] as const;
      expect(await codeOf(patch(run, change))).toBe('ASSAY_CLUSTER_REFUSED');
      const { cluster, namespace } = use();
      const read = await cluster.get('AnalysisRun', { namespace, name: run });
      expect(read?.metadata.resourceVersion).toBe(metadata.resourceVersion);
    });

    it('guards by uid and version', async () => {
      const { metadata } = await create('guard', { status: { phase: 'Running' } });
      const guarded: Patch = [
        { op: 'test', path: '/metadata/uid', value: metadata.uid },
        { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
        { op: 'replace', path: '/status/phase', value: 'Failed' },
      ];
      expect((await patch('guard', guarded)).status?.phase).toBe('Failed');
      expect(await codeOf(patch('guard', guarded))).toBe('ASSAY_CLUSTER_REFUSED');
    });
  });
}
