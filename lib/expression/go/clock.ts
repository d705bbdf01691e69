import { civilDay, daysOf, weekdayOf } from './calendar.ts';
import { floorDivide } from './integers.ts';
import type { GoLocation, ZoneAt } from './zone.ts';

/** A time as calendars and clocks of a location show it. Month 1–12, weekday 0–6 from Sunday, yearDay from 1. */
export interface Clock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  readonly weekday: number;
  readonly yearDay: number;
  readonly zone: ZoneAt;
  /** Of the local day, since 1970-01-01. */
  readonly days: number;
}

/** The parts that make a time; any may lie outside its range, as in Go's time.Date. */
export type ClockParts = Pick<Clock, 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'nanosecond'>;

const NANOSECONDS = 1_000_000_000n;
const DAY_SECONDS = 86_400;

/** What the clocks of a location show at a time given in nanoseconds since 1970. */
export function clockAt(instant: bigint, location: GoLocation): Clock {
  const seconds = secondsOf(instant);
  const nanosecond = Number(instant - BigInt(seconds) * NANOSECONDS);
  const zone = location.at(seconds);
  const local = seconds + zone.offset;
  const days = Math.floor(local / DAY_SECONDS);
  const secondOfDay = local - days * DAY_SECONDS;
  const date = civilDay(days);
  return {
    ...date,
    hour: Math.floor(secondOfDay / 3600),
    minute: Math.floor((secondOfDay % 3600) / 60),
    second: secondOfDay % 60,
    nanosecond,
    weekday: weekdayOf(days),
    yearDay: days - daysOf(date.year, 1, 1) + 1,
    zone,
    days,
  };
}

/** Whole seconds since 1970, rounded down. */
export function secondsOf(instant: bigint): number {
  return Number(floorDivide(instant, NANOSECONDS));
}

/**
 * Nanoseconds since 1970 of what a location's clocks show. A time that they skip or show twice is taken with the offset
 * before or after the change, whichever Go takes.
 */
export function instantOf(parts: ClockParts, location: GoLocation): bigint {
  const days = daysOf(parts.year, parts.month, parts.day);
  const local = days * DAY_SECONDS + parts.hour * 3600 + parts.minute * 60 + parts.second;
  const guess = location.at(local).offset;
  const offset = guess === 0 ? 0 : location.at(local - guess).offset;
  return BigInt(local - offset) * NANOSECONDS + BigInt(parts.nanosecond);
}
