import { expect, test } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { Cluster, ListQuery } from '../../lib/model/cluster.ts';
import { listAll, listPages } from '../../lib/model/list-pages.ts';

/** A cluster with so many Namespaces, and what it is asked for. */
async function open(count: number): Promise<{ cluster: Cluster; asked: (ListQuery | undefined)[] }> {
  const memory = memoryCluster('c1', { now: () => new Date(0) });
  for (let index = 0; index < count; index += 1) {
    const metadata = { name: `n${1000 + index}`, labels: { team: index % 2 === 0 ? 'even' : 'odd' } };
    await memory.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata });
  }
  const asked: (ListQuery | undefined)[] = [];
  const cluster: Cluster = {
    ...memory,
    list: (kind, query) => {
      asked.push(query);
      return memory.list(kind, query);
    },
  };
  return { cluster, asked };
}

test.each([
  { count: 0, pages: [0] },
  { count: 500, pages: [500] },
  { count: 501, pages: [500, 1] },
  { count: 1200, pages: [500, 500, 200] },
])('$count objects come in pages of $pages', async ({ count, pages }) => {
  const { cluster } = await open(count);
  const sizes: number[] = [];
  for await (const { items } of listPages(cluster, 'Namespace')) sizes.push(items.length);
  expect(sizes).toStrictEqual(pages);
  expect(await listAll(cluster, 'Namespace')).toHaveLength(count);
});

test('each page is asked the same, and none before the one ahead of it is worked off', async () => {
  const { cluster, asked } = await open(1100);
  const askedSoFar: number[] = [];
  for await (const _ of listPages(cluster, 'Namespace', { labelSelector: 'team=even' })) askedSoFar.push(asked.length);
  expect(askedSoFar).toStrictEqual([1, 2]);
  expect(asked).toMatchObject([
    { labelSelector: 'team=even', limit: 500 },
    { labelSelector: 'team=even', limit: 500, continue: expect.any(String) },
  ]);
});

test('who leaves asks for no more', async () => {
  const { cluster, asked } = await open(1100);
  for await (const _ of listPages(cluster, 'Namespace')) break;
  expect(asked).toHaveLength(1);
});

test('a server that ends its lists with an empty token is not asked on', async () => {
  let asked = 0;
  const list: Cluster['list'] = async () => {
    asked += 1;
    if (asked > 1) throw new Error('asked on');
    return { items: [], resourceVersion: '7', continue: '' };
  };
  expect(await listAll({ list }, 'Namespace')).toStrictEqual([]);
});
