import { openFairTurns } from '../model/fair-turns.ts';
import { SHARES } from '../model/limits.ts';
import type { Timers } from '../model/timers.ts';

/** Lists one cluster when it is its turn. */
export type ListTurn = <T>(list: () => Promise<T>) => Promise<T>;

/**
 * Lets so many lists of all clusters go on at once (`SHARES.listsAtOnce`): so a start opens its connections a few at a time,
 * and holds a few lists in memory. One cluster that lists again and again has half of the places at most, and what hangs has
 * none after three seconds.
 */
export function openListTurns(timers: Timers): (cluster: string) => ListTurn {
  const turns = openFairTurns();
  return (cluster) => async (list) => {
    const turn = { name: 'lists', share: cluster, places: SHARES.listsAtOnce };
    const { listing } = await turns.take(turn, async () => {
      const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
      const cancel = timers.after(SHARES.listTurnMs, end);
      const begun = list();
      begun.then(
        () => end(),
        () => end(),
      );
      await isOver;
      cancel();
      return { listing: begun };
    });
    return listing;
  };
}
