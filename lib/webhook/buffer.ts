import type { Bus, BusEvent } from '../model/bus.ts';
import { joinChanges } from '../model/change-event.ts';

export interface BufferOptions {
  readonly bus: Bus;
  /** Events kept at most; beyond it the oldest is shed. */
  readonly limit: number;
  readonly meter: BufferMeter;
  /** Told of each failure of the bus; the same events are tried again after `retryInMs`. */
  readonly onFailure: (error: unknown, retryInMs: number) => void;
  /** In [0, 1); spreads the retries. */
  readonly random?: () => number;
}

export interface BufferMeter {
  published(events: number): void;
  shed(events: number): void;
  failed(): void;
}

export interface EventBuffer {
  /** Keeps an event to be published; returns at once, whatever the bus does. A newer one of the same key goes in its place. */
  put(key: string, event: BusEvent): void;
  /** Publishes what is left; resolves when nothing is, or after `patienceMs`, with the number of events left behind. */
  drain(patienceMs: number): Promise<number>;
  /** Events that wait. */
  size(): number;
}

/**
 * An event waits between one and two of these: long enough for the API server to store the object it asked about, mostly,
 * and for others to go in the same call.
 */
const TICK_MS = 25;
const BATCH = 100;
const RETRY_FIRST_MS = 100;
const RETRY_LONGEST_MS = 15_000;

/** Stands between admission, which never waits, and the bus, which may be slow or away. Bounded. */
export function eventBuffer({ bus, limit, meter, onFailure, random = Math.random }: BufferOptions): EventBuffer {
  // What came since the last tick, what came before it, and what may go; each in the order of arrival.
  let fresh = new Map<string, BusEvent>();
  let settling = new Map<string, BusEvent>();
  const ready = new Map<string, BusEvent>();
  let ticking: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let failures = 0;
  let stopWaiting: (() => void) | undefined;

  const size = (): number => fresh.size + settling.size + ready.size;

  function tick(): void {
    for (const [key, event] of settling) ready.set(key, joinChanges(ready.get(key), event));
    [settling, fresh] = [fresh, new Map()];
    ticking = settling.size > 0 ? setTimeout(tick, TICK_MS) : undefined;
    wake();
  }

  function wake(): void {
    if (ready.size > 0) sending ??= sendAll().finally(() => (sending = undefined));
  }

  async function sendAll(): Promise<void> {
    while (ready.size > 0) {
      const batch = [...ready].slice(0, BATCH);
      try {
        await bus.publish(batch.map(([, event]) => event));
        failures = 0;
        // What was replaced meanwhile is yet to go.
        for (const [key, event] of batch) if (ready.get(key) === event) ready.delete(key);
        meter.published(batch.length);
      } catch (error) {
        meter.failed();
        await backOff(error);
      }
    }
  }

  async function backOff(error: unknown): Promise<void> {
    const longestMs = Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_LONGEST_MS);
    const retryInMs = Math.round(longestMs * (0.5 + random() / 2));
    failures += 1;
    onFailure(error, retryInMs);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, retryInMs);
      stopWaiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function shedOldest(): void {
    const oldest = [ready, settling, fresh].find((each) => each.size > 0);
    const [key] = oldest?.keys() ?? [];
    if (oldest && key !== undefined) oldest.delete(key);
    meter.shed(1);
  }

  return {
    put(key, event) {
      fresh.set(key, joinChanges(fresh.get(key), event));
      if (size() > limit) shedOldest();
      ticking ??= setTimeout(tick, TICK_MS);
    },
    async drain(patienceMs) {
      const late = new AbortController();
      const isLate = new Promise((resolve) => late.signal.addEventListener('abort', resolve));
      const timer = setTimeout(() => late.abort(), patienceMs);
      failures = 0;
      stopWaiting?.();
      while (size() > 0 && !late.signal.aborted) {
        clearTimeout(ticking);
        tick();
        await Promise.race([sending, isLate]);
      }
      clearTimeout(timer);
      clearTimeout(ticking);
      return size();
    },
    size,
  };
}
