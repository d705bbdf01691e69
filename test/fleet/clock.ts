import { type VirtualClock, virtualClock } from '../virtual-clock.ts';

/** Numbers in [0, 1) that are the same in each run. */
export type Random = () => number;

/** @source https://github.com/bryc/code/blob/master/jshash/PRNGs.md, the generator "mulberry32" */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A latency whose half is below `medianMs`, and one in a hundred above ten times that: log-normal. */
export function latencyMs(medianMs: number, random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(medianMs * Math.exp(normal), medianMs * 20);
}

export interface FleetClock extends VirtualClock {
  readonly nowMs: () => number;
  sleep(ms: number): Promise<void>;
  /** Gives the process its own timers back. */
  restore(): void;
}

/** A clock that goes as fast as what happens by it, by which the timers of this process go too until they are restored. */
export function fleetClock(startMs: number): FleetClock {
  const clock = virtualClock(startMs);
  const own = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const stops = new WeakMap<object, () => void>();
  const after = (call: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): object => {
    const handle = { ref: () => handle, unref: () => handle, hasRef: () => true };
    stops.set(
      handle,
      clock.timers.after(ms, () => call(...args)),
    );
    return handle;
  };
  const clear = (handle: unknown): void => {
    if (typeof handle === 'object' && handle !== null) stops.get(handle)?.();
  };
  Object.assign(globalThis, { setTimeout: after, clearTimeout: clear });
  return {
    ...clock,
    nowMs: () => clock.timers.nowMs(),
    sleep: (ms) => new Promise((resolve) => void clock.timers.after(ms, resolve)),
    restore: () => void Object.assign(globalThis, own),
  };
}
