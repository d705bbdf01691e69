import { GoPanic } from '../value.ts';
import { floorDivide } from './integers.ts';
import { RFC3339_NANO } from './layout.ts';
import { clockOf, formatTime } from './time.ts';
import type { GoTime } from './time.ts';
import { UTC } from './zone.ts';

/** Seconds from 0001-01-01 to 1970-01-01. */
const SECONDS_TO_1970 = 62_135_596_800n;

/** A time in RFC 3339. @throws GoPanic that begins with `context` if RFC 3339 cannot say it */
export function formatStrictly(time: GoTime, context: string): string {
  const { year, zone } = clockOf(time);
  if (year < 0 || year > 9999) throw new GoPanic(`${context}: year outside of range [0,9999]`);
  if (Math.abs(zone.offset) >= 24 * 3600) throw new GoPanic(`${context}: timezone hour outside of range [0,23]`);
  return formatTime(time, RFC3339_NANO);
}

/** Go's own binary form of a time, as a binary string (utf8.ts). @source time.Time.AppendBinary */
export function formatBinary({ instant, location }: GoTime): string {
  const seconds = floorDivide(instant, 1_000_000_000n);
  const { offset } = location.at(Number(seconds));
  const minutes = Math.trunc(offset / 60);
  if (location !== UTC && minutes === -1) throw new GoPanic('Time.MarshalBinary: unexpected zone offset');
  const rest = location === UTC ? 0 : offset % 60;
  return [
    bigEndian(rest === 0 ? 1n : 2n, 1),
    bigEndian(seconds + SECONDS_TO_1970, 8),
    bigEndian(instant - seconds * 1_000_000_000n, 4),
    bigEndian(location === UTC ? -1n : BigInt(minutes), 2),
    rest === 0 ? '' : bigEndian(BigInt(rest), 1),
  ].join('');
}

function bigEndian(value: bigint, bytes: number): string {
  return Array.from({ length: bytes }, (_, at) => {
    return String.fromCharCode(Number((value >> BigInt(8 * (bytes - 1 - at))) & 255n));
  }).join('');
}
