import TinyQueue from 'tinyqueue';
import { fairLine, type FairLine, fairPlaces, type FairPlaces } from '../model/fair-places.ts';
import { SHARES } from '../model/limits.ts';
import { askedMs, type Queue } from '../model/queue.ts';
import { formatRef, type ObjectRef } from '../model/ref.ts';
import type { Timers } from '../model/timers.ts';
import { systemTimers } from './system-timers.ts';

export interface MemoryQueueOptions {
  /** Does one step. What it throws brings the message back after a backoff. */
  readonly work: (ref: ObjectRef, place: Place) => Promise<void>;
  /** The time of day, by which steps are asked for. From then on a wait is kept by `timers`, whatever becomes of it. */
  readonly now: () => Date;
  /** Default: those of the process. */
  readonly timers?: Timers;
  /**
   * Steps of one namespace of a cluster at once; the others wait their turn. The cluster has twice as many places, which
   * its namespaces share such that none can take them all; and no cluster can take another's.
   */
  readonly concurrencyPerCluster?: number;
  /**
   * Due times are rounded down to a multiple of this, so that what is due within it is worked on together: fewer, fuller
   * wake-ups cost less, since caches stay warm and sockets are read many at a time. Default 1: nothing begins early.
   */
  readonly slotMs?: number;
  /** In [0, 1); spreads the retries. */
  readonly random?: () => number;
  /** Hears of every failure, with the delay until the next try. */
  readonly onFailure?: (ref: ObjectRef, error: unknown, delayMs: number) => void;
}

/** Of a step that is under way, among those of its namespace. */
export interface Place {
  /** Waits without it: others take it meanwhile. Afterwards it goes on, though there may be none left. */
  readonly aside: <T>(wait: () => Promise<T>) => Promise<T>;
}

export interface MemoryQueue extends Queue {
  /** Takes no more messages, forgets the waiting ones and resolves when the steps under way have ended. */
  stop(): Promise<void>;
  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void>;
  /** Messages that wait, and steps under way. */
  counts(): { readonly waiting: number; readonly running: number };
}

interface Entry {
  readonly ref: ObjectRef;
  readonly key: string;
  /** On the clock of the timers. */
  readonly dueMs: number;
  readonly tries: number;
  /** Counts the messages: among those due at once, the first sent is the first served. */
  readonly order: number;
}

const RETRY_FIRST_MS = 500;
const RETRY_LONGEST_MS = 30_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The timer queue of a single process: one message an object, the earliest time wins, and an object is never
 * worked on twice at once. A message for an object under way waits until that step has ended.
 *
 * Waits are kept by a clock that nobody sets: one that is set while a step waits neither hurries it nor holds it up.
 */
export function memoryQueue(options: MemoryQueueOptions): MemoryQueue {
  const {
    work,
    now,
    concurrencyPerCluster = SHARES.stepsAtOnce,
    slotMs = 1,
    random = Math.random,
    onFailure,
  } = options;
  const { timers = systemTimers } = options;
  const waiting = new Map<string, Entry>();
  const running = new Map<string, Promise<void>>();
  const lanes = new Map<string, Lane>();
  // An entry that was replaced stays in the heap and is passed over when its time comes.
  const heap = new TinyQueue<Entry>([], (a, b) => a.dueMs - b.dueMs || a.order - b.order);
  let cancelTimer: (() => void) | undefined;
  let timerDueMs = Infinity;
  let stopped = false;
  let sent = 0;
  const idlers: (() => void)[] = [];

  /** How long to wait for a time of day: to the start of its slot. */
  function delayTo(atMs: number): number {
    const nowMs = now().getTime();
    // Who is told at the slot that it was too early waits out the rest: else each look would ask for the next.
    const slot = Math.floor(atMs / slotMs) * slotMs;
    return (slot > nowMs ? slot : atMs) - nowMs;
  }

  function put(ref: ObjectRef, delayMs: number, tries: number): void {
    if (stopped) return;
    const key = formatRef(ref);
    // Whole milliseconds: what is due in one slot is due at one moment.
    const dueMs = Math.ceil(timers.nowMs() + delayMs);
    const known = waiting.get(key);
    if (known && known.dueMs <= dueMs) return;
    const entry = { ref, key, dueMs, tries, order: (sent += 1) };
    waiting.set(key, entry);
    heap.push(entry);
    arm();
  }

  function arm(): void {
    const first = heap.peek();
    if (stopped || !first || first.dueMs >= timerDueMs) return;
    cancelTimer?.();
    timerDueMs = first.dueMs;
    const delayMs = Math.min(Math.max(Math.ceil(first.dueMs - timers.nowMs()), 0), LONGEST_TIMER_MS);
    cancelTimer = timers.after(delayMs, onTimer);
  }

  function onTimer(): void {
    timerDueMs = Infinity;
    const nowMs = timers.nowMs();
    for (let first = heap.peek(); first && first.dueMs <= nowMs; first = heap.peek()) {
      heap.pop();
      if (waiting.get(first.key) === first) laneOf(first.ref.cluster).line.push(first.ref.namespace, first);
    }
    for (const lane of lanes.values()) drain(lane);
    arm();
  }

  function laneOf(cluster: string): Lane {
    const known = lanes.get(cluster);
    if (known) return known;
    const places = fairPlaces(2 * concurrencyPerCluster);
    const lane = { places, line: fairLine<Entry>(places) };
    lanes.set(cluster, lane);
    return lane;
  }

  function drain(lane: Lane): void {
    // What is under way stays in the lane: taking it now would be a second step of one object at once.
    const held: Entry[] = [];
    for (let next = lane.line.next(); next; next = lane.line.next()) {
      const entry = next.waiting;
      if (waiting.get(entry.key) !== entry) continue;
      if (running.has(entry.key)) held.push(entry);
      else begin(entry, lane);
    }
    for (const entry of held.toReversed()) lane.line.putBack(entry.ref.namespace, entry);
  }

  function begin(entry: Entry, lane: Lane): void {
    waiting.delete(entry.key);
    running.set(entry.key, carryOut(entry, lane));
  }

  async function carryOut(entry: Entry, lane: Lane): Promise<void> {
    const place = takePlace(lane, entry.ref.namespace);
    try {
      await work(entry.ref, place);
    } catch (error) {
      const longestMs = Math.min(RETRY_FIRST_MS * 2 ** entry.tries, RETRY_LONGEST_MS);
      const delayMs = Math.round(longestMs * (0.5 + random() / 2));
      onFailure?.(entry.ref, error, delayMs);
      put(entry.ref, delayMs, entry.tries + 1);
    }
    running.delete(entry.key);
    place.leave();
    drain(lane);
    if (waiting.size === 0 && running.size === 0) idlers.splice(0).forEach((resolve) => resolve());
  }

  function takePlace({ places, line }: Lane, namespace: string): Place & { leave(): void } {
    let asides = 0;
    let hasEnded = false;
    places.take(namespace);
    return {
      async aside(wait) {
        asides += 1;
        if (asides === 1 && !hasEnded) {
          places.leave(namespace);
          drain({ places, line });
        }
        try {
          return await wait();
        } finally {
          asides -= 1;
          if (asides === 0 && !hasEnded) places.take(namespace);
        }
      },
      leave() {
        hasEnded = true;
        if (asides === 0) places.leave(namespace);
      },
    };
  }

  return {
    async send(ref, at) {
      put(ref, delayTo(askedMs(ref, at)), 0);
    },
    async stop() {
      stopped = true;
      cancelTimer?.();
      waiting.clear();
      await Promise.all(running.values());
    },
    async idle() {
      if (waiting.size > 0 || running.size > 0) await new Promise<void>((resolve) => idlers.push(resolve));
    },
    counts: () => ({ waiting: waiting.size, running: running.size }),
  };
}

/** Of a cluster; its shares are its namespaces. */
interface Lane {
  readonly places: FairPlaces;
  readonly line: FairLine<Entry>;
}
