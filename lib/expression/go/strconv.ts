import { GoPanic } from '../value.ts';
import { isPrintable } from './printable.ts';
import { toBinary } from './utf8.ts';

/** Go's strconv, as far as a condition can reach it. @source https://pkg.go.dev/strconv */

const DECIMAL = /^[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[+-]?\d[\d_]*)?$/i;
const HEXADECIMAL = /^([+-]?)0x([\da-f_]*)(?:\.([\da-f_]*))?p([+-]?\d[\d_]*)$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const INTEGER = /^[+-]?\d+$/;

const MAX_UINT = 2n ** 64n - 1n;
const MAX_DIGITS = 20;
const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);

/**
 * A float64 from decimal or hexadecimal text; `inf`, `infinity` and `nan` in any case, underscores between digits.
 *
 * @throws GoPanic with Go's text if the text is malformed or beyond the range of a float64
 */
export function parseFloat(text: string): number {
  const value = readFloat(text);
  if (value === undefined) throw numberError('ParseFloat', text, 'invalid syntax');
  if (!Number.isFinite(value) && /\d/.test(text)) throw numberError('ParseFloat', text, 'value out of range');
  return value;
}

/** @throws GoPanic as strconv.Atoi reports it */
export function atoi(text: string): bigint {
  return readInteger('Atoi', text);
}

/** In base 10, to 64 bits. @throws GoPanic as strconv.ParseInt reports it */
export function parseInt(text: string): bigint {
  return readInteger('ParseInt', text);
}

/** A float as `%v` prints it: the shortest digits, with an exponent (two digits at least) below 1e-4 and from 1e6 on. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e6) return String(value);
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
}

/** A Go string literal in double quotes. */
export function quote(text: string): string {
  return `"${text.replace(/[^ !#-[\]-~]/gu, quoteRune)}"`;
}

/** In double quotes as Go's package time does it: bytes beyond ASCII and control characters as `\\xNN`. */
export function quoteBytes(text: string): string {
  return `"${toBinary(text).replace(/[^ !#-[\]-~]/g, quoteByte)}"`;
}

function quoteByte(byte: string): string {
  if (byte === '"' || byte === '\\') return `\\${byte}`;
  return byte < ' ' || byte > '\u007f' ? `\\x${hex(byte.charCodeAt(0), 2)}` : byte;
}

function readFloat(text: string): number | undefined {
  if (INFINITE.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  if (!areUnderscoresPlaced(text)) return undefined;
  if (DECIMAL.test(text)) return Number(text.replaceAll('_', ''));
  const [, sign, whole = '', fraction = '', power = ''] = HEXADECIMAL.exec(text.replaceAll('_', '')) ?? [];
  if (whole + fraction === '') return undefined;
  const size = scaleToFloat(BigInt(`0x${whole}${fraction}`), Number(power) - 4 * fraction.length);
  return sign === '-' ? -size : size;
}

/** Whether each underscore stands between digits, or between a base prefix and a digit. */
function areUnderscoresPlaced(text: string): boolean {
  if (!text.includes('_')) return true;
  const misplaced = /^[+-]?0x/i.test(text) ? /(?<![\da-f])_|_(?![\da-f])/i : /(?<!\d)_|_(?!\d)/;
  return !misplaced.test(text.replace(/^([+-]?0[box])_/i, '$10'));
}

/** mantissa × 2^exponent, rounded half to even. */
function scaleToFloat(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = mantissa.toString(2).length;
  const top = bits + exponent;
  if (top > 1024) return Infinity;
  if (top < -1074) return 0;
  // The lowest bit that a float of this size has: 53 below the top, but not below 2^-1074.
  const drop = Math.max(top - 53, -1074) - exponent;
  const kept = drop > 0 ? shiftRounded(mantissa, BigInt(drop)) : mantissa << BigInt(-drop);
  const unit = exponent + drop;
  // In two steps, since 2 ** 1024 would overflow though the product does not.
  const half = Math.trunc(unit / 2);
  return Number(kept) * 2 ** half * 2 ** (unit - half);
}

function shiftRounded(value: bigint, by: bigint): bigint {
  const kept = value >> by;
  const rest = value - (kept << by);
  const half = 1n << (by - 1n);
  const isUp = rest > half || (rest === half && (kept & 1n) === 1n);
  return isUp ? kept + 1n : kept;
}

function readInteger(name: string, text: string): bigint {
  // Go stops at the digit that overflows 64 bits, before it sees what else is wrong.
  const [, sign = '', digits = ''] = /^([+-]?)0*(\d*)/.exec(text) ?? [];
  const size = digits.length > MAX_DIGITS ? MAX_UINT + 1n : BigInt(digits);
  if (size > MAX_UINT) throw numberError(name, text, 'value out of range');
  if (!INTEGER.test(text)) throw numberError(name, text, 'invalid syntax');
  const value = sign === '-' ? -size : size;
  if (value > MAX_INT || value < MIN_INT) throw numberError(name, text, 'value out of range');
  return value;
}

function numberError(name: string, text: string, problem: string): GoPanic {
  return new GoPanic(`strconv.${name}: parsing ${quote(text)}: ${problem}`);
}

const SHORT_ESCAPES = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
]);

function quoteRune(rune: string): string {
  const short = SHORT_ESCAPES.get(rune);
  if (short !== undefined) return short;
  if (isPrintable(rune)) return rune;
  const code = rune.codePointAt(0) ?? 0;
  if (code < 0x80 || !rune.isWellFormed()) return `\\x${hex(toBinary(rune).charCodeAt(0), 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}
