import { setTimeout as sleep } from 'node:timers/promises';

/** How long to look and how often. Milliseconds; by default every 100 ms for 30 s. */
export interface Patience {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/**
 * Calls `look` until it gives something other than `undefined` or `false`, and promises that.
 *
 * What `look` throws counts as "not yet". When time is up it rejects, naming `what` and the last error seen.
 */
export async function waitFor<Found>(
  what: string,
  look: () => Promise<Found | undefined | false> | Found | undefined | false,
  { timeoutMs = 30_000, everyMs = 100 }: Patience = {},
): Promise<Found> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= deadline) break;
    await sleep(everyMs);
  }
  const reason = lastError instanceof Error ? `: ${lastError.message}` : '';
  throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what}${reason}`, { cause: lastError });
}
