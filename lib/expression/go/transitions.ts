import { secondsOf } from './clock.ts';
import type { GoTime } from './time.ts';

/** No zone keeps an offset for less; the shortest is the month of Ramadan in Morocco. */
const STEP_SECONDS = 28 * 86_400;

/** The IANA database begins later. */
const EARLIEST_SECONDS = -5_364_662_400;

/** From here on zones do each year what they did in the year before: 2100. */
const LATEST_SECONDS = 4_102_444_800;
const TWO_YEARS_SECONDS = 2 * 366 * 86_400;

/** When the location last changed its offset or abbreviation, in nanoseconds since 1970; undefined if it never did. */
export function transitionBefore({ instant, location }: GoTime): bigint | undefined {
  if (location.isFixed) return undefined;
  const seconds = secondsOf(instant);
  const current = location.at(seconds);
  const isCurrent = (at: number) => {
    const zone = location.at(at);
    return zone.offset === current.offset && zone.name === current.name;
  };
  for (let at = seconds; at > EARLIEST_SECONDS; at -= STEP_SECONDS) {
    // A condition may ask about the year 200,000,000.
    if (at > LATEST_SECONDS && seconds - at > TWO_YEARS_SECONDS) at = LATEST_SECONDS;
    if (!isCurrent(at - STEP_SECONDS)) return BigInt(firstOf(at - STEP_SECONDS, at, isCurrent)) * 1_000_000_000n;
  }
  return undefined;
}

/** The first second of those after `before` and up to `until` at which a condition that stays true holds. */
function firstOf(before: number, until: number, holds: (at: number) => boolean): number {
  let [low, high] = [before, until];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
