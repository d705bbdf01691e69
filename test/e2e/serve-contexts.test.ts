import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { type ManyClusters, startManyClusters } from './servers/many-clusters.ts';
import { waitFor } from './servers/wait-for.ts';

const CLUSTERS = 30;
const FINISHED = 20;

let many: ManyClusters;
beforeAll(async () => {
  many = await startManyClusters({ clusters: CLUSTERS, finished: FINISHED });
});
afterAll(async () => many.stop());

const start = async (user: string, ...args: readonly string[]) =>
  startAssayServe({ kubeconfigPath: many.kubeconfigFor(user), args: ['--all-contexts', ...args], awaitReady: false });
const synced = (assay: AssayServe) => assay.log().filter(({ message }) => message === 'cluster synced');
const namesIn = (assay: AssayServe) =>
  assay.log().find(({ message }) => message === 'serving')?.['clusters'] as readonly string[];

/** Who watches each cluster, once each is watched by somebody. */
async function owners(served: (users: readonly string[]) => boolean): Promise<Record<string, string>> {
  const watched = await waitFor(
    'each cluster to be served',
    async () => {
      const { watchedBy } = await many.counts();
      return Object.values(watchedBy).every(served) && watchedBy;
    },
    { timeoutMs: 60_000 },
  );
  return Object.fromEntries(Object.entries(watched).map(([name, users]) => [name, users.join(' and ')]));
}

describe('one process, many contexts', () => {
  test('are read a few at a time, each kind once, and all that they have is kept', async () => {
    const assay = await start('all');
    try {
      await waitFor('all clusters to be read', () => synced(assay).length === CLUSTERS, { timeoutMs: 90_000 });
      const { mostLists, lists } = await many.counts();
      expect(mostLists).toBeLessThanOrEqual(16);
      expect(mostLists).toBeGreaterThan(1);
      expect(lists % CLUSTERS).toBe(0);
      const { body } = await assay.page('/metrics');
      expect([...body.matchAll(/^analysis_run_info\{/gm)]).toHaveLength(CLUSTERS * FINISHED);
    } finally {
      await assay.stop();
    }
  });
});

describe('shards', () => {
  test('each cluster is served by one of them, and by another when that one is scaled away', async () => {
    // As pods of a StatefulSet.
    const before = await Promise.all(
      [0, 1, 2].map(async (ordinal) => start(`of-3-${ordinal}`, `--shard=assay-${ordinal}/3`)),
    );
    const [first, second, third] = before;
    if (!first || !second || !third) throw new Error('not started');
    const of3 = await owners((users) => users.length === 1);
    expect([...new Set(Object.values(of3))].toSorted()).toEqual(['of-3-0', 'of-3-1', 'of-3-2']);
    expect(before.flatMap(namesIn).toSorted()).toEqual(many.contexts.toSorted());

    // The last one goes first, then each of the others is begun anew: while one is away, and another not yet there.
    await third.stop();
    await second.stop();
    const newSecond = await start('of-2-1', '--shard=assay-1/2');
    await first.stop();
    const newFirst = await start('of-2-0', '--shard=assay-0/2');
    try {
      const of2 = await owners((users) => users.length === 1 && users[0]?.startsWith('of-2') === true);
      const stayed = many.contexts.filter((name) => of3[name] !== 'of-3-2');
      expect(stayed.map((name) => of2[name])).toEqual(stayed.map((name) => of3[name]?.replace('of-3', 'of-2')));
    } finally {
      await Promise.all([newFirst.stop(), newSecond.stop()]);
    }
  });
});
