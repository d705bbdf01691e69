/** So long a server is believed at most; what it may still want then, it will say again. */
const LONGEST_MS = 60_000;

/**
 * What is believed of a server that asks to wait: a minute at most, since a timer that overflows fires at once, and one
 * of a day stops everything that waits for it.
 *
 * @param ms  milliseconds
 * @returns   from 0 to 60,000; undefined for a time that is none, or negative
 */
export function believedRetryMs(ms: number | undefined): number | undefined {
  return ms !== undefined && ms >= 0 ? Math.min(ms, LONGEST_MS) : undefined;
}

/**
 * What Retry-After says: whole seconds, or a date.
 *
 * @returns  milliseconds from `now`; undefined where it says nothing
 */
export function parseRetryAfter(text: string | undefined, now: Date): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
