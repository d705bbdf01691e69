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
  /** Nobody enters for so long. */
  readonly hold: (ms: number) => void;
}

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
    hold: (ms) => void (heldUntilMs = Math.max(heldUntilMs, timers.nowMs() + ms)),
  };
}
