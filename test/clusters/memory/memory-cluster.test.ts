import { describe, expect, it } from 'vitest';
import {
  type MemoryCluster,
  memoryCluster,
  type MemoryClusterOptions,
} from '../../../lib/clusters/memory/memory-cluster.ts';
import { aNewRun, aSecret, codeOf, summary, take } from '../../contract/cluster-fixtures.ts';

const namespace = 'shop';

function open(options: Partial<MemoryClusterOptions> = {}): MemoryCluster {
  return memoryCluster('memory', { now: () => new Date('2026-11-05T10:00:00.789Z'), ...options });
}

const create = async (cluster: MemoryCluster, name: string) =>
  cluster.create('AnalysisRun', aNewRun(namespace, { metadata: { name } }));

const watch = (cluster: MemoryCluster, resourceVersion: string, signal = new AbortController().signal) =>
  cluster.watch('AnalysisRun', { resourceVersion }, signal)[Symbol.asyncIterator]();

describe('memoryCluster', () => {
  it('takes time and uid from its options', async () => {
    const cluster = open({ newUid: () => 'uid-1' });
    const { metadata } = await create(cluster, 'run');
    expect(metadata).toMatchObject({ uid: 'uid-1', creationTimestamp: '2026-11-05T10:00:00Z', resourceVersion: '1' });
  });

  it('keeps what it was given apart from what it keeps', async () => {
    const cluster = open();
    const labels: Record<string, string> = { a: 'b' };
    await cluster.create('AnalysisRun', aNewRun(namespace, { metadata: { name: 'run', labels } }));
    labels['a'] = 'changed';
    const [run] = cluster.objects('AnalysisRun');
    expect(run?.metadata.labels).toStrictEqual({ a: 'b' });
    expect(Object.isFrozen(run?.spec.metrics)).toBe(true);
  });

  it('writes a status as a controller does', async () => {
    const cluster = open();
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job', namespace }, spec: { template: {} } };
    await cluster.create('Job', job);
    const written = cluster.writeStatus('Job', { namespace, name: 'job' }, { active: 1 });
    expect(written).toMatchObject({ status: { active: 1 }, metadata: { resourceVersion: '2', generation: 1 } });
    expect(await cluster.get('Job', { namespace, name: 'job' })).toBe(written);
  });

  it('asks a validator about custom resources alone', async () => {
    const cluster = open({ validate: ({ kind }) => [`${kind}: wrong`] });
    expect(await codeOf(create(cluster, 'run'))).toBe('ASSAY_CLUSTER_REFUSED');
    expect((await cluster.create('Secret', aSecret(namespace, { name: 'secret' }))).metadata.name).toBe('secret');
  });

  it('sends bookmarks', async () => {
    const cluster = open();
    const events = watch(cluster, '0');
    const first = events.next();
    await cluster.create('Secret', aSecret(namespace, { name: 'secret' }));
    cluster.bookmark();
    expect(await first).toMatchObject({ value: { type: 'BOOKMARK', object: { metadata: { resourceVersion: '1' } } } });
  });

  it('ends watches as a server does, after what was still to be told', async () => {
    const cluster = open();
    const events = watch(cluster, '0');
    await create(cluster, 'run');
    const first = events.next();
    await first;
    await create(cluster, 'other');
    cluster.endWatches();
    expect((await take(events, 1)).map(summary)).toStrictEqual(['ADDED other']);
    expect((await events.next()).done).toBe(true);
  });

  it('expires versions and pages that it has forgotten', async () => {
    const cluster = open();
    for (const name of ['a', 'b', 'c']) await create(cluster, name);
    const page = await cluster.list('AnalysisRun', { limit: 1 });
    cluster.forgetHistory();
    expect(await codeOf(watch(cluster, '2').next())).toBe('ASSAY_CLUSTER_EXPIRED');
    expect(await codeOf(cluster.list('AnalysisRun', { continue: page.continue ?? '' }))).toBe('ASSAY_CLUSTER_EXPIRED');
    const events = watch(cluster, '3');
    await create(cluster, 'd');
    expect((await take(events, 1)).map(summary)).toStrictEqual(['ADDED d']);
  });

  it('has a bounded history', async () => {
    const cluster = open({ historyLimit: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await create(cluster, name);
    expect(await codeOf(watch(cluster, '1').next())).toBe('ASSAY_CLUSTER_EXPIRED');
    expect((await take(watch(cluster, '3'), 2)).map(summary)).toStrictEqual(['ADDED d', 'ADDED e']);
  });

  it('keeps no more than a hundred unfinished lists', async () => {
    const cluster = open();
    for (const name of ['a', 'b']) await create(cluster, name);
    const [oldest] = [await cluster.list('AnalysisRun', { limit: 1 })];
    for (let index = 0; index < 100; index += 1) await cluster.list('AnalysisRun', { limit: 1 });
    expect(await codeOf(cluster.list('AnalysisRun', { continue: oldest?.continue ?? '' }))).toBe(
      'ASSAY_CLUSTER_EXPIRED',
    );
  });

  it('can be out of reach', async () => {
    const cluster = open();
    const events = watch(cluster, '0');
    const next = events.next();
    cluster.setReachable(false);
    expect(await codeOf(next)).toBe('ASSAY_CLUSTER_UNREACHABLE');
    expect(await codeOf(cluster.get('AnalysisRun', { namespace, name: 'run' }))).toBe('ASSAY_CLUSTER_UNREACHABLE');
    expect(await codeOf(watch(cluster, '0').next())).toBe('ASSAY_CLUSTER_UNREACHABLE');
    cluster.setReachable(true);
    expect(await cluster.get('AnalysisRun', { namespace, name: 'run' })).toBeUndefined();
  });

  it('may want namespaces to be there', async () => {
    const cluster = open({ requireNamespaces: true });
    expect(await codeOf(create(cluster, 'run'))).toBe('ASSAY_CLUSTER_NOT_FOUND');
    await cluster.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    expect((await create(cluster, 'run')).metadata.name).toBe('run');
  });

  it('empties a namespace that is deleted', async () => {
    const cluster = open();
    await cluster.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await create(cluster, 'run');
    await cluster.create('Secret', aSecret('other', { name: 'secret' }));
    await cluster.delete('Namespace', { name: namespace });
    expect(cluster.objects('AnalysisRun')).toStrictEqual([]);
    expect(cluster.objects('Secret')).toHaveLength(1);
  });

  it('refuses versions that are none', async () => {
    const cluster = open();
    await create(cluster, 'run');
    const patch = cluster.patch('AnalysisRun', { namespace, name: 'run' }, { metadata: { resourceVersion: 'x' } });
    expect(await codeOf(patch)).toBe('ASSAY_CLUSTER_REFUSED');
    expect(await codeOf(watch(cluster, 'x').next())).toBe('ASSAY_CLUSTER_REFUSED');
  });

  it('makes requests with the http it was given, or none', async () => {
    const request = { url: 'http://web.shop.svc' };
    expect(await codeOf(open().fetch(request))).toBe('ASSAY_HTTP_UNREACHABLE');
    const cluster = open({ http: async ({ url }) => ({ status: 200, headers: {}, body: url }) });
    expect((await cluster.fetch(request)).body).toBe(request.url);
  });
});
