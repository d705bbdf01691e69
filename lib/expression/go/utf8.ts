/**
 * Go's strings are bytes; ours are JavaScript strings in which a byte that is no part of valid UTF-8 stands as the lone
 * surrogate U+DC80–U+DCFF. Where bytes count, a string is turned into a *binary* one: one character 0–255 a byte.
 */

/** A well-formed sequence of two bytes or more, as Unicode's table 3-7 has it, or else one byte alone. */
const SEQUENCE =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;

const NON_ASCII = /[\u0080-\uffff]/;
const ESCAPED_BYTE = 0xdc00;

/** Whether a string consists of ASCII only, so that characters, code points and bytes are one. */
export function isAscii(text: string): boolean {
  return !NON_ASCII.test(text);
}

/** The bytes of a string, one character each. */
export function toBinary(text: string): string {
  if (isAscii(text)) return text;
  let binary = '';
  for (const char of text) binary += bytesOfRune(char.codePointAt(0) ?? 0);
  return binary;
}

/** The string that has these bytes; those that are no part of valid UTF-8 become lone surrogates. */
export function fromBinary(binary: string): string {
  if (isAscii(binary)) return binary;
  return binary.replace(SEQUENCE, decodeSequence);
}

/** Makes split characters whole again after strings were put together. */
export function rejoin(text: string): string {
  return text.isWellFormed() ? text : fromBinary(toBinary(text));
}

function bytesOfRune(rune: number): string {
  if (rune < 0x80) return String.fromCharCode(rune);
  if (rune < 0x800) return String.fromCharCode(0xc0 | (rune >> 6), tail(rune, 0));
  if (rune >= 0xd800 && rune < 0xe000) return String.fromCharCode(rune & 0xff);
  if (rune < 0x10000) return String.fromCharCode(0xe0 | (rune >> 12), tail(rune, 6), tail(rune, 0));
  return String.fromCharCode(0xf0 | (rune >> 18), tail(rune, 12), tail(rune, 6), tail(rune, 0));
}

function tail(rune: number, shift: number): number {
  return 0x80 | ((rune >> shift) & 0x3f);
}

function decodeSequence(bytes: string): string {
  const lead = bytes.charCodeAt(0);
  if (bytes.length === 1) return String.fromCharCode(ESCAPED_BYTE | lead);
  let rune = lead & (0x7f >> bytes.length);
  for (let at = 1; at < bytes.length; at++) rune = (rune << 6) | (bytes.charCodeAt(at) & 0x3f);
  return String.fromCodePoint(rune);
}
