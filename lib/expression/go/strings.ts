import { FREE } from '../spend.ts';
import type { Spending } from '../spend.ts';
import { GoPanic } from '../value.ts';
import { ByteIndex } from './byte-index.ts';
import { Finder, findLast } from './find.ts';
import { fromBinary, isAscii, rejoin, toBinary } from './utf8.ts';

/**
 * Go's strings package on strings as utf8.ts describes them. Positions and lengths are in bytes. Between well-formed
 * strings JavaScript's own functions find the same places as a search by bytes; only split characters need the detour.
 *
 * @source https://pkg.go.dev/strings
 */

const SURROGATE = /[\ud800-\udfff]/;

/** One string after the other. */
export function concat(left: string, right: string): string {
  if (!isByte(right.charCodeAt(0)) || !isByte(left.charCodeAt(left.length - 1))) return left + right;
  // Only the bytes next to the seam can make a character together.
  const from = Math.max(0, left.length - LONGEST_REST);
  const middle = rejoin(left.slice(from) + right.slice(0, LONGEST_REST));
  return left.slice(0, from) + middle + right.slice(LONGEST_REST);
}

/** More code units than those of the character before and the bytes of one that is cut in two. */
const LONGEST_REST = 8;

/** Whether a code unit stands for a byte that is no part of valid UTF-8. */
function isByte(unit: number): boolean {
  return unit >= 0xdc80 && unit <= 0xdcff;
}

const ODD_STEPS = 100;

/** Negative, zero or positive as the bytes of the first come before, with or after those of the second. */
export function compare(left: string, right: string, meter: Spending = FREE): number {
  if (left === right) return 0;
  const at = firstDifference(left, right);
  meter.spend(Math.trunc(at / 2));
  const [before, after] = [left.charCodeAt(at), right.charCodeAt(at)];
  if (!isSurrogate(before) && !isSurrogate(after)) return before < after || at === left.length ? -1 : 1;
  // UTF-16 orders U+E000–U+FFFF after what needs surrogates, bytes do not. The bytes of a few characters tell them apart.
  const from = isHighSurrogate(left.charCodeAt(at - 1)) ? at - 1 : at;
  const [one = 0, other = 0] = [left.codePointAt(from), right.codePointAt(from)];
  if (!isSurrogate(one) && !isSurrogate(other)) return one < other ? -1 : 1;
  meter.spend(ODD_STEPS);
  return toBinary(left.slice(from, from + 8)) < toBinary(right.slice(from, from + 8)) ? -1 : 1;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function firstDifference(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  let at = 0;
  while (at < length && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  return at;
}

/** The number of code points; an invalid byte counts as one. */
export function runeCount(text: string): number {
  return new ByteIndex(text).runeCount;
}

export function byteLength(text: string): number {
  return new ByteIndex(text).length;
}

/** The bytes from `from` up to `to`, both within the string. May cut a character in two. */
export function byteSlice(text: string, from: number, to: number): string {
  return new ByteIndex(text).slice(from, to);
}

/** The byte at a position within the string. */
export function byteAt(text: string, at: number): number {
  return new ByteIndex(text).at(at);
}

/*
 * What is well-formed begins and ends where characters do, whatever the text around it: code units find it where bytes
 * would. Only a part with invalid bytes may lie across characters.
 */

export function contains(text: string, part: string): boolean {
  if (part.isWellFormed()) return new Finder(part).find(text, 0) >= 0;
  return new Finder(toBinary(part)).find(toBinary(text), 0) >= 0;
}

/** Where `part` begins first, or -1. */
export function index(text: string, part: string, bytes = new ByteIndex(text)): number {
  if (!part.isWellFormed()) return new Finder(toBinary(part)).find(toBinary(text), 0);
  const unit = new Finder(part).find(text, 0);
  return unit < 0 ? -1 : bytes.byteAt(unit);
}

/** Where `part` begins last, or -1. */
export function lastIndex(text: string, part: string, bytes = new ByteIndex(text)): number {
  if (!part.isWellFormed()) return findLast(toBinary(text), toBinary(part));
  const unit = findLast(text, part);
  return unit < 0 ? -1 : bytes.byteAt(unit);
}

export function hasPrefix(text: string, prefix: string): boolean {
  if (prefix.isWellFormed()) return text.startsWith(prefix);
  const wanted = toBinary(prefix);
  // A code unit is a byte or more; the last one may be half a pair.
  return toBinary(text.slice(0, wanted.length + 1)).startsWith(wanted);
}

export function hasSuffix(text: string, suffix: string): boolean {
  if (suffix.isWellFormed()) return text.endsWith(suffix);
  const wanted = toBinary(suffix);
  return toBinary(text.slice(-wanted.length - 1)).endsWith(wanted);
}

export function trimPrefix(text: string, prefix: string): string {
  if (!hasPrefix(text, prefix)) return text;
  return prefix.isWellFormed() ? text.slice(prefix.length) : byteSlice(text, byteLength(prefix), byteLength(text));
}

export function trimSuffix(text: string, suffix: string): string {
  if (!hasSuffix(text, suffix)) return text;
  if (suffix.isWellFormed()) return text.slice(0, text.length - suffix.length);
  return byteSlice(text, 0, byteLength(text) - byteLength(suffix));
}

/** Takes white space as Unicode defines it off both ends; unlike JavaScript with U+0085 and without U+FEFF. */
export function trimSpace(text: string, meter: Spending = FREE): string {
  return trimmed(text, isSpace, meter);
}

function isSpace(rune: number): boolean {
  if (rune < 0x80) return rune === 0x20 || (rune >= 0x09 && rune <= 0x0d);
  return WIDE_SPACES.has(rune);
}

const WIDE_SPACES: ReadonlySet<number> = new Set([
  0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028,
  0x2029, 0x202f, 0x205f, 0x3000,
]);

/** Takes every code point of `cutset` off both ends; an invalid byte counts as U+FFFD. */
export function trim(text: string, cutset: string, meter: Spending = FREE): string {
  const cut = new Set(Array.from(cutset.toWellFormed(), (rune) => rune.codePointAt(0)));
  return trimmed(text, (rune) => cut.has(isSurrogate(rune) ? 0xfffd : rune), meter);
}

const TRIMMED_AT_ONCE = 100;

/** Each code point taken off is about 5 ns of work for each that is kept in mind. */
function trimmed(text: string, goes: (rune: number) => boolean, meter: Spending): string {
  let from = 0;
  let to = text.length;
  for (let count = 1; from < to; count++) {
    const rune = text.codePointAt(from) ?? 0;
    if (!goes(rune)) break;
    from += rune > 0xffff ? 2 : 1;
    if (count % TRIMMED_AT_ONCE === 0) meter.spend(4 * TRIMMED_AT_ONCE);
  }
  for (let count = 1; from < to; count++) {
    const isPair = to - from >= 2 && (text.codePointAt(to - 2) ?? 0) > 0xffff;
    const size = isPair ? 2 : 1;
    if (!goes(text.codePointAt(to - size) ?? 0)) break;
    to -= size;
    if (count % TRIMMED_AT_ONCE === 0) meter.spend(4 * TRIMMED_AT_ONCE);
  }
  return text.slice(from, to);
}

/** At most `n` parts around `separator` (all if negative), code points if it is empty; null, a nil slice, for 0. */
export function split(text: string, separator: string, n = -1, meter: Spending = FREE): string[] | null {
  return cutUp(text, separator, n, { keeps: false, meter });
}

/** As `split`, but each part keeps the separator that follows it. */
export function splitAfter(text: string, separator: string, n = -1, meter: Spending = FREE): string[] | null {
  return cutUp(text, separator, n, { keeps: true, meter });
}

interface Cutting {
  readonly keeps: boolean;
  readonly meter: Spending;
}

/** What a part costs besides the search for its end. */
const PART_STEPS = 6;

function cutUp(text: string, separator: string, n: number, cutting: Cutting): string[] | null {
  if (n === 0) return null;
  if (separator === '') return explode(text, n, cutting.meter);
  if (separator.isWellFormed()) return cutAt(text, separator, n, cutting);
  return cutAt(toBinary(text), toBinary(separator), n, cutting).map(fromBinary);
}

function cutAt(text: string, separator: string, n: number, { keeps, meter }: Cutting): string[] {
  const finder = new Finder(separator);
  const parts: string[] = [];
  const cuts = n < 0 ? Infinity : n - 1;
  let from = 0;
  while (parts.length < cuts) {
    const at = finder.find(text, from);
    if (at < 0) break;
    meter.spend(PART_STEPS);
    parts.push(text.slice(from, keeps ? at + separator.length : at));
    from = at + separator.length;
  }
  parts.push(text.slice(from));
  return parts;
}

function explode(text: string, n: number, meter: Spending): string[] {
  const runes: string[] = [];
  const cuts = n < 0 ? Infinity : n - 1;
  let from = 0;
  while (from < text.length && runes.length < cuts) {
    if (runes.length % TRIMMED_AT_ONCE === 0) meter.spend(9 * TRIMMED_AT_ONCE);
    const size = (text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
    runes.push(text.slice(from, from + size));
    from += size;
  }
  if (from < text.length) runes.push(text.slice(from));
  return runes;
}

/** Puts `by` in the place of the first `n` occurrences of `part` (all if negative), around code points if it is empty. */
export function replace(text: string, part: string, by: string, n = -1, meter: Spending = FREE): string {
  if (n === 0 || part === by) return text;
  if (part !== '') return join(split(text, part, n < 0 ? n : n + 1, meter) ?? [], by, meter);
  // The last part is what comes after the last place, or nothing.
  const runes = explode(text, n, meter);
  const isEverywhere = n < 0 || n > runes.length;
  return join(['', ...runes, ...(isEverywhere ? [''] : [])], by, meter);
}

/** A character of a text that is put together byte by byte. */
const REJOINED = 5;

/** How long a text made here may get; Go has no bound but the machine's memory. */
const MAX_LENGTH = 2 ** 24;

/** @throws GoPanic if the text would be longer than 16 million code units */
export function join(parts: readonly string[], glue: string, meter: Spending = FREE): string {
  let size = Math.max(0, parts.length - 1) * glue.length;
  for (const part of parts) size += part.length;
  if (size > MAX_LENGTH) throw new GoPanic('memory budget exceeded');
  meter.spend(2 * parts.length + size / 4);
  const joined = parts.join(glue);
  if (joined.isWellFormed()) return joined;
  meter.spend(REJOINED * size);
  return rejoin(joined);
}

export function repeat(text: string, times: number, meter: Spending = FREE): string {
  if (text.isWellFormed()) return text.repeat(times);
  meter.spend(REJOINED * text.length * times);
  return rejoin(text.repeat(times));
}

/** Upper case code point by code point, as unicode.ToUpper has it: `ß` stays. Invalid bytes become U+FFFD. */
export function toUpper(text: string): string {
  return isAscii(text) ? text.toUpperCase() : mapped(text, upperRune);
}

/** Lower case code point by code point, as unicode.ToLower has it: `İ` becomes `i`. Invalid bytes become U+FFFD. */
export function toLower(text: string): string {
  return isAscii(text) ? text.toLowerCase() : mapped(text, lowerRune);
}

function mapped(text: string, map: (rune: string) => string): string {
  // Texts repeat their letters, and to look one up takes a fifth of what converting it does.
  const known = new Map<string, string>();
  const runes: string[] = [];
  for (const rune of text.toWellFormed()) {
    let result = known.get(rune);
    if (result === undefined) known.set(rune, (result = map(rune)));
    runes.push(result);
  }
  return runes.join('');
}

function upperRune(rune: string): string {
  const upper = rune.toUpperCase();
  if (isOneRune(upper)) return upper;
  // Greek with iota subscript: the simple mapping is the title-case letter; other letters that grow have none.
  const code = rune.charCodeAt(0);
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCharCode(code | 8);
  return code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3 ? String.fromCharCode(code + 9) : rune;
}

function lowerRune(rune: string): string {
  const lower = rune.toLowerCase();
  return isOneRune(lower) ? lower : 'i';
}

function isOneRune(text: string): boolean {
  return text.length === 1 || (text.length === 2 && SURROGATE.test(text));
}
