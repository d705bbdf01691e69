import { expect, test } from 'vitest';
import { SHARES } from '../../lib/model/limits.ts';
import { openListTurns } from '../../lib/serve/list-turns.ts';
import { virtualClock } from '../virtual-clock.ts';

/** Lists of so many kinds of each cluster, which take as long as `listMs` says; tells how many went on, and when they ended. */
async function list(clusters: readonly string[], kinds: number, listMs: (cluster: string) => number) {
  const clock = virtualClock(0);
  const turnOf = openListTurns(clock.timers);
  const endedMs: Record<string, number> = {};
  const most = { all: 0, of: new Map<string, number>() };
  const going = new Map<string, number>();
  const count = (cluster: string, by: number): void => {
    going.set(cluster, (going.get(cluster) ?? 0) + by);
    most.all = Math.max(
      most.all,
      [...going.values()].reduce((sum, each) => sum + each, 0),
    );
    most.of.set(cluster, Math.max(most.of.get(cluster) ?? 0, going.get(cluster) ?? 0));
  };
  const lists = clusters.flatMap((cluster) => {
    const inTurn = turnOf(cluster);
    return Array.from({ length: kinds }, async () =>
      inTurn(async () => {
        count(cluster, 1);
        await new Promise<void>((resolve) => void clock.timers.after(listMs(cluster), resolve));
        count(cluster, -1);
        endedMs[cluster] = clock.timers.nowMs();
      }),
    );
  });
  let isOver = false;
  void Promise.all(lists).then(() => (isOver = true));
  await clock.run(3_600_000, () => isOver);
  return { most, endedMs };
}

const isAway = (cluster: string): boolean => Number(cluster.slice(2)) % 5 === 0;
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `c-${index}`);

test('so many lists go on at once, of all clusters together', async () => {
  const { most, endedMs } = await list(names(50), 7, () => 100);
  expect(most.all).toBe(SHARES.listsAtOnce);
  expect(Object.keys(endedMs)).toHaveLength(50);
});

test('a cluster alone has half of the places', async () => {
  expect((await list(['c-0'], 40, () => 100)).most.all).toBe(SHARES.listsAtOnce / 2);
});

test('clusters that hang hold up the others by seconds, however long they hang', async () => {
  const { endedMs } = await list(names(50), 7, (cluster) => (isAway(cluster) ? 600_000 : 100));
  const slowest = Math.max(...names(50).flatMap((name) => (isAway(name) ? [] : [endedMs[name] ?? Infinity])));
  expect(slowest).toBeLessThan(20_000);
});

test('what a list throws is the asker’s, and its place is free again', async () => {
  const inTurn = openListTurns(virtualClock(0).timers)('c-0');
  const fail = async () => inTurn(async () => Promise.reject(new Error('no')));
  for (let time = 0; time < 3 * SHARES.listsAtOnce; time += 1) await expect(fail()).rejects.toThrow('no');
});
