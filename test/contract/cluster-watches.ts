import { describe, expect, it } from 'vitest';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { WatchEvent, WatchQuery } from '../../lib/model/cluster.ts';
import type { UseCluster } from './cluster.ts';
import { aNewRun, aSecret, codeOf, summary, take } from './cluster-fixtures.ts';

/** Watches: what is seen, from which version, and how they end. */
export function watchContract(use: UseCluster): void {
  const create = async (name: string, labels: Record<string, string>) =>
    use().cluster.create('AnalysisRun', aNewRun(use().namespace, { metadata: { name, labels } }));
  const patch = async (name: string, change: Record<string, unknown>) =>
    use().cluster.patch('AnalysisRun', { namespace: use().namespace, name }, change);
  const remove = async (name: string) => use().cluster.delete('AnalysisRun', { namespace: use().namespace, name });
  const version = async (): Promise<string> => {
    const { cluster, namespace } = use();
    return (await cluster.list('AnalysisRun', { namespace, limit: 1 })).resourceVersion;
  };
  const watch = (query: WatchQuery, abort: AbortController): AsyncIterator<WatchEvent<AnalysisRun>> => {
    const { cluster, namespace } = use();
    return iterate(cluster.watch('AnalysisRun', { namespace, ...query }, abort.signal));
  };

  describe('watch', () => {
    it('tells of all changes after a version, past and to come', async () => {
      const abort = new AbortController();
      const resourceVersion = await version();
      await create('past', { watch: 'all' });
      const events = watch({ resourceVersion, labelSelector: 'watch=all' }, abort);
      const [added] = await take(events, 1);
      const patched = await patch('past', { status: { phase: 'Running' } });
      await create('coming', { watch: 'all' });
      await remove('past');

      const rest = await take(events, 3);
      expect([added, ...rest].map((event) => event && summary(event))).toStrictEqual([
        'ADDED past',
        'MODIFIED past',
        'ADDED coming',
        'DELETED past',
      ]);
      expect(rest[0]?.object).toStrictEqual(patched);
      const versions = [added, ...rest].map((event) => Number(event?.object.metadata.resourceVersion));
      expect(versions).toStrictEqual(versions.toSorted((left, right) => left - right));
      expect(rest[2]?.object.status?.phase).toBe('Running');
      abort.abort();
    });

    it('tells of what comes into a selection and leaves it', async () => {
      const abort = new AbortController();
      const resourceVersion = await version();
      await create('moving', { watch: 'out' });
      await patch('moving', { metadata: { labels: { watch: 'in' } } });
      await patch('moving', { status: { phase: 'Running' } });
      const left = await patch('moving', { metadata: { labels: { watch: 'out' } } });
      await remove('moving');
      await create('after', { watch: 'in' });

      const events = await take(watch({ resourceVersion, labelSelector: 'watch=in' }, abort), 4);
      expect(events.map(summary)).toStrictEqual(['ADDED moving', 'MODIFIED moving', 'DELETED moving', 'ADDED after']);
      expect(events[2]?.object.metadata).toMatchObject({
        resourceVersion: left.metadata.resourceVersion,
        labels: { watch: 'in' },
      });
      abort.abort();
    });

    it('selects by field', async () => {
      const abort = new AbortController();
      const resourceVersion = await version();
      await create('by-field', { watch: 'field' });
      await patch('by-field', { status: { phase: 'Running' } });
      await patch('by-field', { status: { phase: 'Failed' } });
      const query = { resourceVersion, labelSelector: 'watch=field', fieldSelector: 'status.phase=Running' };
      const events = await take(watch(query, abort), 2);
      expect(events.map(summary)).toStrictEqual(['ADDED by-field', 'DELETED by-field']);
      abort.abort();
    });

    it('tells one event where an object loses its last finalizer', async () => {
      const abort = new AbortController();
      const { cluster, namespace } = use();
      const metadata = { name: 'ending', labels: { watch: 'ending' }, finalizers: ['assay.dev/test'] };
      const { metadata: created } = await cluster.create('AnalysisRun', aNewRun(namespace, { metadata }));
      await remove('ending');
      await patch('ending', { metadata: { finalizers: null } });
      await create('end', { watch: 'ending' });
      const query = { resourceVersion: created.resourceVersion ?? '', labelSelector: 'watch=ending' };
      const events = await take(watch(query, abort), 3);
      expect(events.map(summary)).toStrictEqual(['MODIFIED ending', 'DELETED ending', 'ADDED end']);
      abort.abort();
    });

    it('tells of one kind and one namespace', async () => {
      const abort = new AbortController();
      const { cluster, namespace } = use();
      const resourceVersion = await version();
      const everywhere = cluster.watch('Secret', { resourceVersion, labelSelector: 'watch=kind' }, abort.signal);
      await create('kind', { watch: 'kind' });
      await cluster.create('Secret', aSecret(namespace, { name: 'kind', labels: { watch: 'kind' } }));
      const [event] = await take(iterate(everywhere), 1);
      expect(event?.object).toMatchObject({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'kind', namespace } });
      abort.abort();
    });

    it('ends when it is aborted, before, while waiting and while reading', async () => {
      const resourceVersion = await version();
      const before = AbortSignal.abort();
      const never = iterate(use().cluster.watch('AnalysisRun', { resourceVersion }, before));
      expect((await never.next()).done).toBe(true);

      const abort = new AbortController();
      const waiting = watch({ resourceVersion, labelSelector: 'watch=abort' }, abort);
      await create('abort', { watch: 'abort' });
      expect(await take(waiting, 1)).toHaveLength(1);
      const next = waiting.next();
      abort.abort();
      expect((await next).done).toBe(true);
    });

    it('can be left', async () => {
      const abort = new AbortController();
      const resourceVersion = await version();
      await create('left', { watch: 'left' });
      const seen: string[] = [];
      const query = { namespace: use().namespace, resourceVersion, labelSelector: 'watch=left' };
      for await (const event of use().cluster.watch('AnalysisRun', query, abort.signal)) {
        seen.push(summary(event));
        break;
      }
      expect(seen).toStrictEqual(['ADDED left']);
    });

    it.each([
      { name: 'a selector that is none', query: { labelSelector: 'a=b=c' } },
      { name: 'a field nobody selects by', query: { fieldSelector: 'spec.terminate=true' } },
    ])('refuses $name', async ({ query }) => {
      const abort = new AbortController();
      const events = watch({ resourceVersion: await version(), ...query }, abort);
      expect(await codeOf(events.next())).toBe('ASSAY_CLUSTER_REFUSED');
    });
  });
}

function iterate<T>(events: AsyncIterable<T>): AsyncIterator<T> {
  return events[Symbol.asyncIterator]();
}
