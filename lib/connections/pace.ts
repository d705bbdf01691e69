import { fairLine, fairPlaces } from '../model/fair-places.ts';
import type { Timers } from '../model/timers.ts';
import { tokenBucket } from '../model/token-bucket.ts';

export interface PaceLimits {
  /** Undefined: as many as come. */
  readonly requestsPerSecond?: number | undefined;
  /** As many may go at once after a pause. */
  readonly burst: number;
  /** At one time; undefined: as many as come. */
  readonly concurrency?: number | undefined;
}

/** Who waits, and for how long. */
export interface Waiting {
  /** A namespace of a cluster: they take turns. */
  readonly share: string;
  readonly mostMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The rate and the places of one account. Whoever has entered leaves. */
export interface Pace {
  /** True where a request may go at once: it has entered. */
  tryEnter(): boolean;
  /** Waits for that. @returns false where the time was over before @throws the reason of the signal */
  enter(waiting: Waiting): Promise<boolean>;
  leave(): void;
  /** Counts a request that went without asking: others wait for it. */
  readonly charge: () => void;
  /**
   * The account has had too much: nobody enters for a while.
   *
   * @param ms  how long it wants that to last; undefined: a second, and twice as long each time until something goes well
   * @returns   until somebody enters
   */
  readonly hold: (ms: number | undefined) => number;
  readonly wentWell: () => void;
}

const FIRST_HOLD_MS = 1000;
const LONGEST_HOLD_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Lets requests go at a rate, so many at one time. The others stand in line, first come, first served within a
 * namespace, and the namespaces take turns.
 */
export function openPace(
  { requestsPerSecond = Infinity, burst, concurrency = Infinity }: PaceLimits,
  timers: Timers,
): Pace {
  const bucket = requestsPerSecond === Infinity ? undefined : tokenBucket(requestsPerSecond, burst, timers.nowMs);
  // Nobody takes a place of the line for longer than a moment: so it goes round the namespaces.
  const line = fairLine<() => void>(fairPlaces(1));
  let inLine = 0;
  let within = 0;
  let heldUntilMs = -Infinity;
  let backoffMs = FIRST_HOLD_MS;
  let isArmed = false;

  const waitMs = (): number => Math.max(bucket?.waitMs() ?? 0, heldUntilMs - timers.nowMs(), 0);
  const enterNow = (): void => {
    bucket?.take();
    within += 1;
  };

  const mayGo = (): boolean => inLine > 0 && within < concurrency && waitMs() === 0;

  const pump = (): void => {
    while (mayGo()) {
      inLine -= 1;
      enterNow();
      line.next()?.waiting();
    }
    // Where the places are taken, whoever leaves goes on from here.
    if (inLine === 0 || isArmed || within >= concurrency) return;
    isArmed = true;
    timers.after(Math.min(Math.ceil(waitMs()), LONGEST_TIMER_MS), () => {
      isArmed = false;
      pump();
    });
  };

  return {
    tryEnter() {
      if (inLine > 0 || within >= concurrency || waitMs() > 0) return false;
      enterNow();
      return true;
    },
    async enter({ share, mostMs, signal }) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<boolean>();
      const goesOn = (): void => end(() => resolve(true));
      const giveUp = (settle: () => void): void => {
        inLine -= 1;
        line.remove(share, goesOn);
        end(settle);
      };
      const onAbort = (): void => giveUp(() => reject(signal?.reason));
      const cancel = timers.after(Math.min(mostMs, LONGEST_TIMER_MS), () => giveUp(() => resolve(false)));
      const end = (settle: () => void): void => {
        cancel();
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      line.push(share, goesOn);
      inLine += 1;
      pump();
      return promise;
    },
    leave() {
      within -= 1;
      pump();
    },
    charge: () => bucket?.take(),
    hold(wantedMs) {
      const nowMs = timers.nowMs();
      // Those that were under way together say it together.
      if (wantedMs === undefined && heldUntilMs > nowMs) return heldUntilMs - nowMs;
      const ms = wantedMs === undefined ? backoffMs : Math.max(wantedMs, FIRST_HOLD_MS);
      if (wantedMs === undefined) backoffMs = Math.min(2 * backoffMs, LONGEST_HOLD_MS);
      heldUntilMs = Math.max(heldUntilMs, nowMs + ms);
      return heldUntilMs - nowMs;
    },
    wentWell: () => void (backoffMs = FIRST_HOLD_MS),
  };
}
