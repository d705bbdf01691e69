/**
 * Go's strings are bytes; ours are JavaScript strings in which a byte that is no part of valid UTF-8 stands as the lone
 * surrogate U+DC80–U+DCFF. Where bytes count, a string is turned into a *binary* one: one character 0–255 a byte.
 */

const NON_ASCII = /[\u0080-\uffff]/;
const ESCAPED_BYTE = 0xdc00;

/** Whether a string consists of ASCII only, so that characters, code points and bytes are one. */
export function isAscii(text: string): boolean {
  return !NON_ASCII.test(text);
}

/** The bytes of a string, one character each. */
export function toBinary(text: string): string {
  if (isAscii(text)) return text;
  const pieces = new Pieces(text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      pieces.add(unit);
      continue;
    }
    const rune = text.codePointAt(at) ?? 0;
    if (rune > 0xffff) at++;
    const size = byteSize(rune);
    for (let index = 0; index < size; index++) pieces.add(byteOfRune(rune, index));
  }
  return pieces.toString();
}

/** The string that has these bytes; those that are no part of valid UTF-8 become lone surrogates. */
export function fromBinary(binary: string): string {
  if (isAscii(binary)) return binary;
  const pieces = new Pieces(binary.length);
  for (let at = 0; at < binary.length;) {
    const size = sequenceLength(binary, at);
    const lead = binary.charCodeAt(at);
    if (size === 1) pieces.add(lead < 0x80 ? lead : ESCAPED_BYTE | lead);
    else pieces.addRune(decodeSequence(binary, at, size));
    at += size;
  }
  return pieces.toString();
}

/** Makes split characters whole again after strings were put together. */
export function rejoin(text: string): string {
  return text.isWellFormed() ? text : fromBinary(toBinary(text));
}

/** How many bytes a code point takes; a lone surrogate is one. */
export function byteSize(rune: number): number {
  if (rune < 0x80) return 1;
  if (rune < 0x800) return 2;
  if (rune >= 0xd800 && rune < 0xe000) return 1;
  return rune < 0x10000 ? 3 : 4;
}

/** One of the bytes of a code point. */
export function byteOfRune(rune: number, index: number): number {
  const size = byteSize(rune);
  if (size === 1) return rune & 0xff;
  const shifted = rune >> (6 * (size - 1 - index));
  return index === 0 ? (LEADS[size] ?? 0) | shifted : 0x80 | (shifted & 0x3f);
}

/** What marks the first byte of a sequence, by its length. */
const LEADS = [0, 0, 0xc0, 0xe0, 0xf0];

/** A byte that is no part of valid UTF-8, as it stands in a string. */
export function escapedByte(byte: number): string {
  return String.fromCharCode(ESCAPED_BYTE | byte);
}

/** The length of the well-formed sequence that begins at a byte, as Unicode's table 3-7 has it; 1 for a byte alone. */
function sequenceLength(bytes: string, at: number): number {
  const lead = bytes.charCodeAt(at);
  const size = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
  if (size === 1) return 1;
  const second = bytes.charCodeAt(at + 1);
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  // Beyond the end a code is NaN, which lies nowhere.
  if (!(second >= least && second <= most)) return 1;
  for (let index = 2; index < size; index++) {
    const next = bytes.charCodeAt(at + index);
    if (!(next >= 0x80 && next <= 0xbf)) return 1;
  }
  return size;
}

function decodeSequence(bytes: string, from: number, size: number): number {
  let rune = bytes.charCodeAt(from) & (0x7f >> size);
  for (let at = from + 1; at < from + size; at++) rune = (rune << 6) | (bytes.charCodeAt(at) & 0x3f);
  return rune;
}

const PIECE_LENGTH = 8192;
const SHORT = 256;

/** Puts a string together from its code units, without a chain of strings as long as the text. */
class Pieces {
  /** Undefined for a short one, where it would take longer to make than to do without. */
  readonly #codes: Uint16Array | undefined;
  #length = 0;
  #text = '';

  /** @param length  about how long the string will be */
  constructor(length: number) {
    this.#codes = length > SHORT ? new Uint16Array(PIECE_LENGTH) : undefined;
  }

  add(code: number): void {
    if (this.#codes === undefined) {
      this.#text += String.fromCharCode(code);
      return;
    }
    if (this.#length === PIECE_LENGTH) this.#flush();
    this.#codes[this.#length++] = code;
  }

  addRune(rune: number): void {
    if (rune <= 0xffff) return this.add(rune);
    this.add(0xd7c0 + (rune >> 10));
    this.add(0xdc00 | (rune & 0x3ff));
  }

  toString(): string {
    this.#flush();
    return this.#text;
  }

  #flush(): void {
    if (this.#codes === undefined) return;
    this.#text += String.fromCharCode(...this.#codes.subarray(0, this.#length));
    this.#length = 0;
  }
}
