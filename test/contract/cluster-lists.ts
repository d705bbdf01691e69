import { beforeAll, describe, expect, it } from 'vitest';
import type { UseCluster } from './cluster.ts';
import { aNewRun, aSecret, codeOf, namesOf } from './cluster-fixtures.ts';

/** Selectors and pages. */
export function listContract(use: UseCluster): void {
  describe('list', () => {
    const labels = { suite: 'list' };

    beforeAll(async () => {
      const { cluster, namespace } = use();
      const runs = [
        { metadata: { name: 'list-a', labels: { ...labels, tier: 'web', weight: '5' } }, status: { phase: 'Running' } },
        { metadata: { name: 'list-b', labels: { ...labels, tier: 'db' } }, status: { phase: 'Failed' } },
        { metadata: { name: 'list-c', labels } },
      ] as const;
      // Out of order, since lists have an order of their own.
      for (const run of runs.toReversed()) await cluster.create('AnalysisRun', aNewRun(namespace, run));
    });

    it.each([
      { selector: 'suite=list', want: 'abc' },
      { selector: 'suite==list,tier=web', want: 'a' },
      { selector: 'suite=list,tier!=web', want: 'bc' },
      { selector: 'suite=list,tier', want: 'ab' },
      { selector: 'suite=list,!tier', want: 'c' },
      { selector: 'suite=list, tier in (web, db)', want: 'ab' },
      { selector: 'suite=list,tier notin (web)', want: 'bc' },
      { selector: 'tier in (db,cache),suite in (list)', want: 'b' },
      { selector: 'suite=list,weight>4', want: 'a' },
      { selector: 'suite=list,weight<5', want: '' },
      { selector: 'suite=nothing', want: '' },
      { selector: 'suite=list,tier=', want: '' },
    ])('selects by label: $selector', async ({ selector, want }) => {
      const names = await namesOf(use, 'AnalysisRun', { namespace: use().namespace, labelSelector: selector });
      expect(names).toStrictEqual(listed(want));
    });

    it.each([
      { selector: 'metadata.name=list-b', want: 'b' },
      { selector: 'metadata.name!=list-b', want: 'ac' },
      { selector: 'status.phase=Running', want: 'a' },
      { selector: 'status.phase==Failed', want: 'b' },
      { selector: 'status.phase!=Running', want: 'bc' },
      { selector: 'status.phase!=Running,status.phase!=Failed', want: 'c' },
      { selector: 'status.phase=', want: 'c' },
    ])('selects by field: $selector', async ({ selector, want }) => {
      const query = { namespace: use().namespace, labelSelector: 'suite=list', fieldSelector: selector };
      expect(await namesOf(use, 'AnalysisRun', query)).toStrictEqual(listed(want));
    });

    it('selects by namespace, as a field and over all namespaces', async () => {
      const { namespace } = use();
      const query = { labelSelector: 'suite=list', fieldSelector: `metadata.namespace=${namespace}` };
      expect(await namesOf(use, 'AnalysisRun', query)).toStrictEqual(['list-a', 'list-b', 'list-c']);
      expect(
        await namesOf(use, 'AnalysisRun', { namespace: `${namespace}-other`, labelSelector: 'suite=list' }),
      ).toEqual([]);
    });

    it.each([
      { name: 'a field nobody selects by', query: { fieldSelector: 'spec.terminate=true' } },
      { name: 'a field selector that is none', query: { fieldSelector: 'metadata.name' } },
      { name: 'a label selector that is none', query: { labelSelector: 'a=b=c' } },
      { name: 'an unfinished set', query: { labelSelector: 'a in (b' } },
    ])('refuses $name', async ({ query }) => {
      const { cluster, namespace } = use();
      expect(await codeOf(cluster.list('AnalysisRun', { namespace, ...query }))).toBe('ASSAY_CLUSTER_REFUSED');
    });

    it('says of each item what it is, of our kinds and the built-in ones', async () => {
      const { cluster, namespace } = use();
      await cluster.create('Secret', aSecret(namespace, { name: 'listed', labels }));
      const secrets = await cluster.list('Secret', { namespace, labelSelector: 'suite=list' });
      expect(secrets.items.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toStrictEqual(['v1 Secret']);
      const runs = await cluster.list('AnalysisRun', { namespace, labelSelector: 'suite=list' });
      expect(new Set(runs.items.map(({ kind }) => kind))).toStrictEqual(new Set(['AnalysisRun']));
    });

    it('gives pages that show one moment', async () => {
      const { cluster, namespace } = use();
      const query = { namespace, labelSelector: 'page=yes', limit: 2 };
      for (const letter of ['a', 'b', 'c', 'd', 'e']) {
        await cluster.create(
          'AnalysisRun',
          aNewRun(namespace, { metadata: { name: `page-${letter}`, labels: { page: 'yes' } } }),
        );
      }
      const first = await cluster.list('AnalysisRun', query);
      await cluster.create(
        'AnalysisRun',
        aNewRun(namespace, { metadata: { name: 'page-cc', labels: { page: 'yes' } } }),
      );
      await cluster.delete('AnalysisRun', { namespace, name: 'page-d' });
      const second = await cluster.list('AnalysisRun', { ...query, continue: first.continue ?? '' });
      const third = await cluster.list('AnalysisRun', { ...query, continue: second.continue ?? '' });

      const names = [first, second, third].map(({ items }) => items.map(({ metadata }) => metadata.name));
      expect(names).toStrictEqual([['page-a', 'page-b'], ['page-c', 'page-d'], ['page-e']]);
      expect(third.continue).toBeUndefined();
      expect(new Set([first, second, third].map(({ resourceVersion }) => resourceVersion)).size).toBe(1);
    });

    it('has a version to watch from, which is not behind any item', async () => {
      const { cluster, namespace } = use();
      const { items, resourceVersion } = await cluster.list('AnalysisRun', { namespace });
      const newest = Math.max(...items.map(({ metadata }) => Number(metadata.resourceVersion)));
      expect(Number(resourceVersion)).toBeGreaterThanOrEqual(newest);
    });
  });
}

/** `ab` → `list-a`, `list-b`. */
function listed(letters: string): string[] {
  return letters === '' ? [] : letters.split('').map((letter) => `list-${letter}`);
}
