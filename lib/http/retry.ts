import { believedRetryMs, parseRetryAfter } from '../model/retry-after.ts';

/** How often a request is sent at most, the first time included. */
export const ATTEMPTS = 3;

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 2_000;
const PASSING_STATUS: ReadonlySet<number> = new Set([502, 503, 504]);
const PASSING_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'EAI_AGAIN',
]);

/**
 * How long to wait before a request is repeated: a random share of a delay that doubles, so that clients who failed
 * together do not come back together, or longer, up to a minute, where the server says so in Retry-After.
 *
 * @param attempt how often it was sent so far, from 1
 * @param random  from 0 to 1
 * @returns       milliseconds; undefined: do not repeat
 */
export function retryDelayMs(
  answer: { readonly status: number; readonly retryAfter: string | undefined },
  attempt: number,
  random: number,
  now: Date,
): number | undefined {
  const asked = believedRetryMs(parseRetryAfter(answer.retryAfter, now));
  const isPassing = PASSING_STATUS.has(answer.status) || (answer.status === 429 && asked !== undefined);
  return isPassing ? Math.max(asked ?? 0, backoffMs(attempt, random)) : undefined;
}

/** The same for a request that got no answer; `code` is Node's name of the failure. */
export function retryDelayAfterFailureMs(
  code: string | undefined,
  attempt: number,
  random: number,
): number | undefined {
  return code !== undefined && PASSING_CODES.has(code) ? backoffMs(attempt, random) : undefined;
}

function backoffMs(attempt: number, random: number): number {
  return random * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
}
