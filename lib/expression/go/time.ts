import { DURATION, TIME } from '../go-type.ts';
import { GoInt, GoObject } from '../value.ts';
import { clockAt, instantOf } from './clock.ts';
import type { Clock, ClockParts } from './clock.ts';
import { formatDuration, MAX_DURATION, MIN_DURATION } from './duration.ts';
import { formatClock } from './time-format.ts';
import type { GoLocation } from './zone.ts';

/** Go's time.Time: nanoseconds since 1970, and the location whose clocks show it. Two are equal if the instants are. */
export class GoTime extends GoObject {
  readonly goType = TIME;
  readonly instant: bigint;
  readonly location: GoLocation;

  constructor(instant: bigint, location: GoLocation) {
    super();
    this.instant = instant;
    this.location = location;
  }

  override toString(): string {
    return formatTime(this, '2006-01-02 15:04:05.999999999 -0700 MST');
  }
}

/** Go's time.Duration, an int64 of nanoseconds. */
export class GoDuration extends GoInt {
  /** The number is taken modulo 2^64, as Go's arithmetic does. */
  constructor(nanoseconds: bigint) {
    super(DURATION, BigInt.asIntN(64, nanoseconds));
  }

  override toString(): string {
    return formatDuration(this.value);
  }
}

/** What the clocks of a time's location show. */
export function clockOf({ instant, location }: GoTime): Clock {
  return clockAt(instant, location);
}

/** The time at which a location's clocks show this; parts outside their ranges carry over. */
export function timeOf(parts: ClockParts, location: GoLocation): GoTime {
  return new GoTime(instantOf(parts, location), location);
}

/** A time in a Go layout. */
export function formatTime(time: GoTime, layout: string): string {
  return formatClock(clockOf(time), layout);
}

/** The time so many nanoseconds later, in the same location. */
export function addToTime(time: GoTime, nanoseconds: bigint): GoTime {
  return new GoTime(time.instant + nanoseconds, time.location);
}

/** How long after `earlier` a time is; beyond 292 years the longest duration there is. */
export function timeBetween(time: GoTime, earlier: GoTime): GoDuration {
  const nanoseconds = time.instant - earlier.instant;
  if (nanoseconds > MAX_DURATION) return new GoDuration(MAX_DURATION);
  return new GoDuration(nanoseconds < MIN_DURATION ? MIN_DURATION : nanoseconds);
}
