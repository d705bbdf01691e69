import * as model from '../../model/duration.ts';
import { GoPanic } from '../value.ts';
import { quoteBytes } from './strconv.ts';

/** Go's durations: 64 bits of nanoseconds, as text `1h30m0.5s`. @source https://pkg.go.dev/time#ParseDuration */

export const SECOND = 1_000_000_000n;
export const MINUTE = 60n * SECOND;
export const HOUR = 60n * MINUTE;

export const MAX_DURATION = 2n ** 63n - 1n;
export const MIN_DURATION = -(2n ** 63n);

export { formatDuration } from '../../model/duration.ts';

/** What `parseDuration` of the model reads, from a text of the language. @throws GoPanic with the text of time.ParseDuration */
export function parseDuration(text: string): bigint {
  try {
    return model.parseDuration(text, quoteBytes);
  } catch (error) {
    throw new GoPanic(error instanceof Error ? error.message : String(error));
  }
}
