import { GoPanic } from '../value.ts';
import { fromBinary, toBinary } from './utf8.ts';

/** Go's base64.StdEncoding on strings as utf8.ts describes them. @source https://pkg.go.dev/encoding/base64 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map(Array.from(ALPHABET, (char, value) => [char, value]));

/** The bytes of a text in base64, padded. */
export function encodeBase64(text: string): string {
  const bytes = toBinary(text);
  let encoded = '';
  for (let at = 0; at < bytes.length; at += 3) {
    // Beyond the end a character code is NaN, which counts as 0.
    const bits = (bytes.charCodeAt(at) << 16) | (bytes.charCodeAt(at + 1) << 8) | bytes.charCodeAt(at + 2);
    encoded += sextet(bits >> 18) + sextet(bits >> 12) + sextet(bits >> 6) + sextet(bits);
  }
  const padding = (3 - (bytes.length % 3)) % 3;
  return encoded.slice(0, encoded.length - padding) + '='.repeat(padding);
}

function sextet(bits: number): string {
  return ALPHABET.charAt(bits & 63);
}

/**
 * The text whose bytes are given in padded base64; line breaks within are skipped.
 *
 * @throws GoPanic that names the position of the first byte in error
 */
export function decodeBase64(text: string): string {
  const source = toBinary(text);
  let bytes = '';
  let quantum: number[] = [];
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at);
    if (isLineBreak(char)) continue;
    const value = VALUES.get(char);
    if (value === undefined) {
      checkPadding(source, at, quantum.length);
      return fromBinary(bytes + packed(quantum));
    }
    quantum.push(value);
    if (quantum.length === 4) {
      bytes += packed(quantum);
      quantum = [];
    }
  }
  if (quantum.length > 0) throw corrupt(source.length - quantum.length);
  return fromBinary(bytes);
}

/** Padding may only complete the last quantum of four, and only line breaks may follow. */
function checkPadding(source: string, at: number, filled: number): void {
  if (source.charAt(at) !== '=' || filled < 2) throw corrupt(at);
  let next = afterLineBreaks(source, at + 1);
  if (filled === 2) {
    if (next >= source.length) throw corrupt(source.length);
    // Go names the byte before the one that should have been a second `=`.
    if (source.charAt(next) !== '=') throw corrupt(next - 1);
    next = afterLineBreaks(source, next + 1);
  }
  if (next < source.length) throw corrupt(next);
}

function afterLineBreaks(source: string, from: number): number {
  let at = from;
  while (isLineBreak(source.charAt(at))) at++;
  return at;
}

function isLineBreak(char: string): boolean {
  return char === '\n' || char === '\r';
}

function packed(quantum: readonly number[]): string {
  const [first = 0, second = 0, third = 0, fourth = 0] = quantum;
  const bits = (first << 18) | (second << 12) | (third << 6) | fourth;
  return String.fromCharCode((bits >> 16) & 255, (bits >> 8) & 255, bits & 255).slice(0, quantum.length - 1);
}

function corrupt(at: number): GoPanic {
  return new GoPanic(`illegal base64 data at input byte ${at}`);
}
