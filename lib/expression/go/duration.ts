import { GoPanic } from '../value.ts';
import { quoteBytes } from './strconv.ts';

/** Go's durations: 64 bits of nanoseconds, as text `1h30m0.5s`. @source https://pkg.go.dev/time#ParseDuration */

const NANOSECOND = 1n;
const MICROSECOND = 1000n;
const MILLISECOND = 1_000_000n;
export const SECOND = 1_000_000_000n;
export const MINUTE = 60n * SECOND;
export const HOUR = 60n * MINUTE;

const UNITS = new Map([
  ['ns', NANOSECOND],
  ['us', MICROSECOND],
  ['µs', MICROSECOND],
  ['μs', MICROSECOND],
  ['ms', MILLISECOND],
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
]);

export const MAX_DURATION = 2n ** 63n - 1n;
export const MIN_DURATION = -(2n ** 63n);

/** Go has no limit. Nobody writes longer ones, and a megabyte of them takes its time. */
const MAX_LENGTH = 10_000;

const AMOUNT = /^(\d*)(?:(\.)(\d*))?/;
const UNIT = /^[^.\d]*/;

/**
 * Nanoseconds from number–unit pairs with one sign before them all: `90s`, `-1h30m`, `1.5m`; units ns, us, µs, ms, s,
 * m, h. `0` needs no unit. Fractions of a nanosecond are cut off.
 *
 * @throws GoPanic with the text of time.ParseDuration
 */
export function parseDuration(text: string): bigint {
  const isNegative = text.startsWith('-');
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0n;
  if (rest === '' || rest.length > MAX_LENGTH) throw invalid(text);
  let total = 0n;
  while (rest !== '') {
    const [shown, whole = '', , fraction = ''] = AMOUNT.exec(rest) ?? [''];
    if (whole + fraction === '') throw invalid(text);
    const size = sizeOf(whole, text);
    rest = rest.slice(shown.length);
    const [unitName] = UNIT.exec(rest) ?? [''];
    const unit = unitOf(unitName, text);
    const amount = size * unit + fractionOf(fraction, unit);
    // In 64 unsigned bits as in Go, where 2^63 itself passes until the sign is known.
    total = BigInt.asUintN(64, total + amount);
    if (amount > -MIN_DURATION || total > -MIN_DURATION) throw invalid(text);
    rest = rest.slice(unitName.length);
  }
  if (isNegative) return -total;
  if (total > MAX_DURATION) throw invalid(text);
  return total;
}

/** As Go prints a duration: `1h30m0.5s`, `1.5ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size === 0n) return '0s';
  if (size < SECOND) return sign + formatFraction(size);
  const minutes = size / MINUTE;
  const seconds = `${decimal(size % MINUTE, SECOND)}s`;
  if (minutes === 0n) return sign + seconds;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function formatFraction(size: bigint): string {
  if (size < MICROSECOND) return `${size}ns`;
  if (size < MILLISECOND) return `${decimal(size, MICROSECOND)}µs`;
  return `${decimal(size, MILLISECOND)}ms`;
}

function decimal(size: bigint, unit: bigint): string {
  const fraction = String(unit + (size % unit)).slice(1);
  return `${size / unit}.${fraction}`.replace(/\.?0*$/, '');
}

function unitOf(name: string, text: string): bigint {
  if (name === '') throw new GoPanic(`time: missing unit in duration ${quoteBytes(text)}`);
  const unit = UNITS.get(name);
  if (unit === undefined) throw new GoPanic(`time: unknown unit ${quoteBytes(name)} in duration ${quoteBytes(text)}`);
  return unit;
}

function sizeOf(whole: string, text: string): bigint {
  const digits = whole.replace(/^0+/, '');
  const size = digits.length > 19 ? MAX_DURATION + 2n : BigInt(digits);
  if (size > -MIN_DURATION) throw invalid(text);
  return size;
}

/** Go keeps the digits of a fraction that fit 63 bits and scales them as floats, which shows in the last digit. */
function fractionOf(fraction: string, unit: bigint): bigint {
  let kept = 0n;
  let scale = 1;
  for (const digit of fraction) {
    const next = kept * 10n + BigInt(digit);
    if (kept > MAX_DURATION / 10n || next > -MIN_DURATION) break;
    kept = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(kept) * (Number(unit) / scale)));
}

function invalid(text: string): GoPanic {
  return new GoPanic(`time: invalid duration ${quoteBytes(text)}`);
}
