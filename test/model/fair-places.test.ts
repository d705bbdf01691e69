import { describe, expect, test } from 'vitest';
import { fairLine, fairPlaces } from '../../lib/model/fair-places.ts';
import { openFairTurns } from '../../lib/model/fair-turns.ts';

describe('places', () => {
  test.each([
    { name: 'one alone gets half', places: 10, greedy: ['a'], want: [5] },
    { name: 'two get a third each', places: 9, greedy: ['a', 'b'], want: [3, 3] },
    { name: 'of two places one may be had', places: 2, greedy: ['a'], want: [1] },
  ])('$name', ({ places, greedy, want }) => {
    const shared = fairPlaces(places);
    for (let round = 0; round < places; round += 1) {
      for (const share of greedy) if (shared.hasRoom(share)) shared.take(share);
    }
    expect(greedy.map((share) => shared.taken(share))).toEqual(want);
    expect(shared.hasRoom('newcomer')).toBe(true);
  });

  test('what is left is free again', () => {
    const shared = fairPlaces(2);
    shared.take('a');
    expect(shared.hasRoom('a')).toBe(false);
    shared.leave('a');
    expect([shared.hasRoom('a'), shared.taken()]).toEqual([true, 0]);
  });
});

describe('a line', () => {
  test('goes on with whoever has the fewest places, in turns, first come, first served within each', () => {
    const places = fairPlaces(100);
    const line = fairLine<string>(places);
    places.take('a');
    for (const waiting of ['a1', 'a2', 'b1', 'b2', 'c1']) line.push(waiting.charAt(0), waiting);
    const order: string[] = [];
    for (let next = line.next(); next; next = line.next()) {
      places.take(next.share);
      order.push(next.waiting);
    }
    expect(order).toEqual(['b1', 'c1', 'a1', 'b2', 'a2']);
  });

  test('passes by those who have no room, and forgets who went away', () => {
    const places = fairPlaces(2);
    const line = fairLine<string>(places);
    places.take('a');
    line.push('a', 'a1');
    expect(line.next()).toBeUndefined();
    line.push('b', 'b1');
    line.push('b', 'b2');
    line.remove('b', 'b1');
    line.putBack('b', 'b0');
    expect([line.next()?.waiting, line.next()?.waiting, line.next()]).toEqual(['b0', 'b2', undefined]);
  });
});

const hangs = async () => new Promise<never>(() => undefined);
const turn = (share: string, places = 4) => ({ name: 'shop', share, places });

describe('turns', () => {
  test('those who hang hold up their own, and nobody else', async () => {
    const turns = openFairTurns();
    for (let at = 0; at < 10; at += 1) void turns.take(turn('bad'), hangs);
    const done = await Promise.all(
      ['one', 'other', 'third'].map(async (share) => turns.take(turn(share), async () => share)),
    );
    expect(done).toEqual(['one', 'other', 'third']);
  });

  test('who waits goes on when a place is left, also by one that failed', async () => {
    const turns = openFairTurns();
    const failing = Promise.withResolvers<never>();
    const first = turns.take(turn('a', 2), async () => failing.promise);
    const second = turns.take(turn('a', 2), async () => 'second');
    failing.reject(new Error('x'));
    await expect(first).rejects.toThrow('x');
    expect(await second).toBe('second');
  });

  test('who waits no longer leaves the line', async () => {
    const turns = openFairTurns();
    const control = new AbortController();
    void turns.take(turn('a', 2), hangs);
    const waiting = turns.take({ ...turn('a', 2), signal: control.signal }, async () => 'done');
    control.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(turns.take({ ...turn('a', 2), signal: control.signal }, hangs)).rejects.toThrow('gone');
  });
});
