import { setImmediate as turn } from 'node:timers/promises';
import TinyQueue from 'tinyqueue';
import type { Timers } from '../lib/model/timers.ts';

/** A clock that goes as fast as what happens by it. */
export interface VirtualClock {
  /** The time of day, which may be wrong. */
  readonly now: () => Date;
  /** Milliseconds since the beginning. */
  readonly timers: Timers;
  /** Sets the time of day: so much later than it is, or earlier. 0: right again. */
  setWrongBy(ms: number): void;
  /** Lets so much time pass; what it wakes has come to rest by then. Ends early with `isOver`. */
  run(ms: number, isOver?: () => boolean): Promise<void>;
}

export function virtualClock(startMs: number): VirtualClock {
  let passedMs = 0;
  let wrongByMs = 0;
  let asked = 0;
  const calls = new Map<number, { readonly atMs: number; readonly call: () => void }>();
  const order = new TinyQueue<{ readonly id: number; readonly atMs: number }>(
    [],
    (left, right) => left.atMs - right.atMs || left.id - right.id,
  );

  /** The next to be called, by time and then in the order in which they were asked for. */
  function next(untilMs: number): number | undefined {
    for (let first = order.peek(); first && first.atMs <= untilMs; first = order.peek()) {
      if (calls.has(first.id)) return first.id;
      order.pop();
    }
    return undefined;
  }

  return {
    now: () => new Date(startMs + Math.floor(passedMs) + wrongByMs),
    timers: {
      nowMs: () => passedMs,
      after(delayMs, call) {
        const id = (asked += 1);
        calls.set(id, { atMs: passedMs + delayMs, call });
        order.push({ id, atMs: passedMs + delayMs });
        return () => calls.delete(id);
      },
    },
    setWrongBy: (ms) => void (wrongByMs = ms),
    async run(ms, isOver = () => false) {
      const untilMs = passedMs + ms;
      await turn();
      for (let id = next(untilMs); id !== undefined && !isOver(); id = next(untilMs)) {
        const { atMs, call } = calls.get(id) ?? { atMs: passedMs, call() {} };
        calls.delete(id);
        passedMs = Math.max(passedMs, atMs);
        call();
        // All that comes of it are promises: nothing here waits for anything but this clock.
        await turn();
      }
      if (!isOver()) passedMs = untilMs;
    },
  };
}
