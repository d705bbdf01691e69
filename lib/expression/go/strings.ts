import { fromBinary, isAscii, rejoin, toBinary } from './utf8.ts';

/**
 * Go's strings package on strings as utf8.ts describes them. Positions and lengths are in bytes. Between well-formed
 * strings JavaScript's own functions find the same places as a search by bytes; only split characters need the detour.
 *
 * @source https://pkg.go.dev/strings
 */

const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

const SURROGATE = /[\ud800-\udfff]/;

function areWhole(...texts: readonly string[]): boolean {
  return texts.every((text) => text.isWellFormed());
}

/** One string after the other. */
export function concat(left: string, right: string): string {
  const joined = left + right;
  const seam = right.charCodeAt(0);
  return seam >= 0xdc80 && seam <= 0xdcff ? rejoin(joined) : joined;
}

/** Negative, zero or positive as the bytes of the first come before, with or after those of the second. */
export function compare(left: string, right: string): number {
  if (left === right) return 0;
  const at = firstDifference(left, right);
  const [before, after] = [left.charCodeAt(at), right.charCodeAt(at)];
  // UTF-16 orders U+E000–U+FFFF after what needs surrogates, bytes do not.
  if (isSurrogate(before) || isSurrogate(after)) return toBinary(left) < toBinary(right) ? -1 : 1;
  return before < after || at === left.length ? -1 : 1;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

function firstDifference(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  return at;
}

/** The number of code points; an invalid byte counts as one. */
export function runeCount(text: string): number {
  if (isAscii(text)) return text.length;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    if ((text.codePointAt(at) ?? 0) > 0xffff) at++;
    count++;
  }
  return count;
}

export function byteLength(text: string): number {
  return toBinary(text).length;
}

/** The bytes from `from` up to `to`, both within the string. May cut a character in two. */
export function byteSlice(text: string, from: number, to: number): string {
  return fromBinary(toBinary(text).slice(from, to));
}

/** The byte at a position within the string. */
export function byteAt(text: string, at: number): number {
  return toBinary(text).charCodeAt(at);
}

export function contains(text: string, part: string): boolean {
  if (areWhole(text, part)) return text.includes(part);
  return toBinary(text).includes(toBinary(part));
}

/** Where `part` begins first, or -1. */
export function index(text: string, part: string): number {
  return toBinary(text).indexOf(toBinary(part));
}

/** Where `part` begins last, or -1. */
export function lastIndex(text: string, part: string): number {
  return toBinary(text).lastIndexOf(toBinary(part));
}

export function hasPrefix(text: string, prefix: string): boolean {
  if (areWhole(text, prefix)) return text.startsWith(prefix);
  return toBinary(text).startsWith(toBinary(prefix));
}

export function hasSuffix(text: string, suffix: string): boolean {
  if (areWhole(text, suffix)) return text.endsWith(suffix);
  return toBinary(text).endsWith(toBinary(suffix));
}

export function trimPrefix(text: string, prefix: string): string {
  if (!hasPrefix(text, prefix)) return text;
  return fromBinary(toBinary(text).slice(byteLength(prefix)));
}

export function trimSuffix(text: string, suffix: string): string {
  if (!hasSuffix(text, suffix)) return text;
  return fromBinary(toBinary(text).slice(0, byteLength(text) - byteLength(suffix)));
}

/** Takes white space as Unicode defines it off both ends; unlike JavaScript with U+0085 and without U+FEFF. */
export function trimSpace(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && SPACE.test(text.charAt(from))) from++;
  while (from < to && SPACE.test(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Takes every code point of `cutset` off both ends; an invalid byte counts as U+FFFD. */
export function trim(text: string, cutset: string): string {
  const cut = new Set(cutset.toWellFormed());
  const runes = Array.from(text);
  const stays = (rune: string) => !cut.has(rune.toWellFormed());
  const from = runes.findIndex(stays);
  return from < 0 ? '' : runes.slice(from, runes.findLastIndex(stays) + 1).join('');
}

/** At most `n` parts around `separator` (all if negative), code points if it is empty; null, a nil slice, for 0. */
export function split(text: string, separator: string, n = -1): string[] | null {
  return cutUp(text, separator, n, false);
}

/** As `split`, but each part keeps the separator that follows it. */
export function splitAfter(text: string, separator: string, n = -1): string[] | null {
  return cutUp(text, separator, n, true);
}

function cutUp(text: string, separator: string, n: number, keeps: boolean): string[] | null {
  if (n === 0) return null;
  if (separator === '') return explode(text, n);
  const isWhole = areWhole(text, separator);
  const mark = isWhole ? separator : toBinary(separator);
  const pieces = (isWhole ? text : toBinary(text)).split(mark);
  const firsts = n < 0 ? pieces : pieces.slice(0, n - 1);
  const rest = pieces.slice(firsts.length);
  const parts = keeps ? firsts.map((piece, at) => (at < pieces.length - 1 ? piece + mark : piece)) : firsts;
  const all = rest.length > 0 ? [...parts, rest.join(mark)] : parts;
  return isWhole ? all : all.map(fromBinary);
}

function explode(text: string, n: number): string[] {
  const runes = Array.from(text);
  if (n < 0 || n >= runes.length) return runes;
  return [...runes.slice(0, n - 1), runes.slice(n - 1).join('')];
}

/** Puts `by` in the place of the first `n` occurrences of `part` (all if negative), around code points if it is empty. */
export function replace(text: string, part: string, by: string, n = -1): string {
  if (n === 0 || part === by) return text;
  if (part !== '') return join(split(text, part, n < 0 ? n : n + 1) ?? [], by);
  const runes = Array.from(text);
  const times = n < 0 ? runes.length + 1 : Math.min(n, runes.length + 1);
  const before = runes.slice(0, times).map((rune) => by + rune);
  return rejoin([...before, times > runes.length ? by : '', ...runes.slice(times)].join(''));
}

export function join(parts: readonly string[], glue: string): string {
  return rejoin(parts.join(glue));
}

export function repeat(text: string, times: number): string {
  return rejoin(text.repeat(times));
}

/** Upper case code point by code point, as unicode.ToUpper has it: `ß` stays. Invalid bytes become U+FFFD. */
export function toUpper(text: string): string {
  if (isAscii(text)) return text.toUpperCase();
  return Array.from(text.toWellFormed(), upperRune).join('');
}

/** Lower case code point by code point, as unicode.ToLower has it: `İ` becomes `i`. Invalid bytes become U+FFFD. */
export function toLower(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return Array.from(text.toWellFormed(), lowerRune).join('');
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
