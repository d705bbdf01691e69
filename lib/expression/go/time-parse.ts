import { FREE } from '../spend.ts';
import type { Spending } from '../spend.ts';
import { GoPanic } from '../value.ts';
import { civilDay, daysIn, daysOf } from './calendar.ts';
import { secondsOf } from './clock.ts';
import type { ClockParts } from './clock.ts';
import { DATE_LAYOUTS, isFraction, layoutParts } from './layout.ts';
import { quoteBytes } from './strconv.ts';
import { readElement, readFraction } from './time-elements.ts';
import type { Found } from './time-elements.ts';
import { addToTime, GoTime, timeOf } from './time.ts';
import { fromBinary, toBinary } from './utf8.ts';
import { fixedZone, UTC } from './zone.ts';
import type { GoLocation } from './zone.ts';

/**
 * Reads a time in a Go layout. Without a zone in the text the location's clocks show it; an offset or abbreviation that
 * the location does not have at that time makes a zone of its own.
 *
 * @throws GoPanic with the text of Go's time.ParseError
 * @source https://pkg.go.dev/time#ParseInLocation
 */
export function parseTime(layout: string, text: string, location: GoLocation = UTC): GoTime {
  const time = readTime(layout, text, location);
  if (time instanceof GoTime) return time;
  throw time();
}

/** Makes the panic that says why a text is no time: wording it takes far longer than finding it out. */
type Refusal = () => GoPanic;

function readTime(layout: string, text: string, location: GoLocation): GoTime | Refusal {
  const found = readLayout(layout, text);
  if (typeof found === 'function') return found;
  const problem = completeDay(found) ?? checkDay(found);
  return problem === undefined ? toTime(found, location) : refusal(text, `: ${problem}`);
}

/** Only a fraction of a second with hundreds of digits could make a date longer. */
const MAX_DATE_LENGTH = 1000;
/** What it takes to try a layout, in steps of the order of 10 ns. */
const LAYOUT_STEPS = 100;

/** Reads a date in any layout that the language's date() tries. @throws GoPanic if none fits */
export function parseDate(text: string, location: GoLocation = UTC, meter: Spending = FREE): GoTime {
  const layouts = text.length > MAX_DATE_LENGTH ? [] : DATE_LAYOUTS;
  for (const layout of layouts) {
    meter.spend(LAYOUT_STEPS);
    const time = readTime(layout, text, location);
    if (time instanceof GoTime) return time;
  }
  throw new GoPanic(`invalid date ${text}`);
}

function readLayout(layout: string, text: string): Found | Refusal {
  const found: Found = {};
  let rest = toBinary(text);
  const parts = layoutParts(toBinary(layout));
  for (const [at, { prefix, element }] of parts.entries()) {
    const { left, isThere } = skipText(rest, prefix);
    if (!isThere) return mismatch(layout, text, prefix, left);
    if (element === undefined) {
      return left === '' ? found : () => refusal(text, `: extra text: ${quoteBytes(fromBinary(left))}`)();
    }
    const after = readWithin(element, left, found, text);
    if (after === undefined) return mismatch(layout, text, element, left);
    if (typeof after === 'function') return after;
    rest = skipsFraction(element, parts[at + 1]?.element) ? (readFraction('.9', after, found) ?? after) : after;
  }
  return found;
}

/** A text may have a fraction after its seconds though the layout has none there. */
function skipsFraction(element: string, next: string | undefined): boolean {
  return (element === '5' || element === '05') && !isFraction(next);
}

function readWithin(element: string, rest: string, found: Found, text: string): string | Refusal | undefined {
  try {
    return readElement(element, rest, found);
  } catch (error) {
    if (error instanceof RangeError) return refusal(text, `: ${error.message} out of range`);
    throw error;
  }
}

/** Takes the text between two elements off the front; a run of spaces in it stands for any number of spaces. */
function skipText(text: string, prefix: string): { left: string; isThere: boolean } {
  let left = text;
  let wanted = prefix;
  while (wanted !== '') {
    const isSpace = wanted.startsWith(' ');
    if (isSpace ? left !== '' && !left.startsWith(' ') : left.charAt(0) !== wanted.charAt(0)) {
      return { left, isThere: false };
    }
    wanted = isSpace ? wanted.replace(/^ +/, '') : wanted.slice(1);
    left = isSpace ? left.replace(/^ +/, '') : left.slice(1);
  }
  return { left, isThere: true };
}

/** Turns a day of the year into month and day, which must agree with those found. */
function completeDay(found: Found): string | undefined {
  const { yearDay, year = 0 } = found;
  if (yearDay === undefined) return undefined;
  if (yearDay < 1 || yearDay > daysOf(year + 1, 1, 1) - daysOf(year, 1, 1)) return 'day-of-year out of range';
  const { month, day } = civilDay(daysOf(year, 1, yearDay));
  if (found.month !== undefined && found.month !== month) return 'day-of-year does not match month';
  if (found.day !== undefined && found.day !== day) return 'day-of-year does not match day';
  found.month = month;
  found.day = day;
  return undefined;
}

function checkDay({ year = 0, month = 1, day = 1 }: Found): string | undefined {
  return day < 1 || day > daysIn(year, month) ? 'day out of range' : undefined;
}

function toTime(found: Found, location: GoLocation): GoTime {
  const parts = partsOf(found);
  if (found.isUtc === true) return timeOf(parts, UTC);
  const asUtc = timeOf(parts, UTC);
  if (found.offset !== undefined) return atOffset(asUtc, found.offset, found.zone ?? '', location);
  if (found.zone !== undefined) return inNamedZone(asUtc, found.zone, location);
  return timeOf(parts, location);
}

function partsOf(found: Found): ClockParts {
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, nanosecond = 0 } = found;
  const isShifted = found.half === 'pm' ? hour < 12 : found.half === 'am' && hour === 12;
  return { year, month, day, hour: isShifted ? (hour + 12) % 24 : hour, minute, second, nanosecond };
}

const SECOND = 1_000_000_000n;

function atOffset(asUtc: GoTime, offset: number, zone: string, location: GoLocation): GoTime {
  const { instant } = addToTime(asUtc, -BigInt(offset) * SECOND);
  const there = location.at(secondsOf(instant));
  const isThere = there.offset === offset && (zone === '' || there.name === zone);
  return new GoTime(instant, isThere ? location : fixedZone(zone, offset));
}

function inNamedZone(asUtc: GoTime, zone: string, location: GoLocation): GoTime {
  const offset = location.offsetNamed(zone, secondsOf(asUtc.instant));
  if (offset !== undefined) return new GoTime(asUtc.instant - BigInt(offset) * SECOND, location);
  // An unknown abbreviation says nothing of its offset, and Go keeps the clock; only GMT+3 says how to show it.
  const hours = /^GMT([+-]\d+)$/.exec(zone)?.[1] ?? '0';
  return new GoTime(asUtc.instant, fixedZone(zone, Number(hours) * 3600));
}

function mismatch(layout: string, text: string, element: string, rest: string): Refusal {
  return () => {
    const where = `cannot parse ${quoteBytes(fromBinary(rest))} as ${quoteBytes(fromBinary(element))}`;
    return new GoPanic(`parsing time ${quoteBytes(text)} as ${quoteBytes(layout)}: ${where}`);
  };
}

function refusal(text: string, problem: string): Refusal {
  return () => new GoPanic(`parsing time ${quoteBytes(text)}${problem}`);
}
