import { FREE } from '../spend.ts';
import type { Spending } from '../spend.ts';
import { byteOfRune, byteSize, escapedByte, isAscii } from './utf8.ts';

/** A byte of a slice that has to be copied. */
const COPIED_BYTE = 1 / 16;

/** So many code units lie between two marks: what a look-up walks over. */
const STRIDE = 32;

/** A code point of a text: where it begins, in code units and in bytes. At the end of the text it is none. */
interface Place {
  readonly unit: number;
  readonly byte: number;
}

/** The places every STRIDE code units or so. */
interface Marks {
  readonly unit: Uint32Array;
  readonly byte: Uint32Array;
}

/**
 * Where the bytes of a text are: a text is gone through once, and afterwards its slices, bytes and positions cost next
 * to nothing, wherever they are. Positions lie within the text.
 */
export class ByteIndex {
  readonly text: string;
  /** In bytes. */
  readonly length: number;
  /** The number of code points; an invalid byte counts as one. */
  readonly runeCount: number;
  /** Undefined for ASCII, where units are bytes. */
  readonly #marks: Marks | undefined;

  constructor(text: string) {
    this.text = text;
    this.length = text.length;
    this.runeCount = text.length;
    if (isAscii(text)) return;
    const count = Math.ceil(text.length / STRIDE);
    const marks = { unit: new Uint32Array(count), byte: new Uint32Array(count) };
    let marked = 0;
    let byte = 0;
    let runes = 0;
    for (let unit = 0; unit < text.length; unit++, runes++) {
      if (unit >= marked * STRIDE) {
        marks.unit[marked] = unit;
        marks.byte[marked++] = byte;
      }
      const code = text.charCodeAt(unit);
      if (code < 0x80) {
        byte++;
      } else if (code < 0xd800) {
        byte += code < 0x800 ? 2 : 3;
      } else {
        const rune = text.codePointAt(unit) ?? 0;
        if (rune > 0xffff) unit++;
        byte += byteSize(rune);
      }
    }
    this.length = byte;
    this.runeCount = runes;
    this.#marks = marks;
  }

  /**
   * The bytes from `from` up to `to`. May cut a character in two, whose bytes then stand alone: such a slice is put
   * together of parts, which whoever reads it first has to copy.
   */
  slice(from: number, to: number, meter: Spending = FREE): string {
    if (this.#marks === undefined) return this.text.slice(from, to);
    const first = this.#placeOf(from);
    const last = this.#placeOf(to);
    if (first.unit === last.unit) return this.#bytesOf(first, from, to);
    if (first.byte !== from || last.byte !== to) meter.spend((to - from) * COPIED_BYTE);
    if (first.byte === from) return this.text.slice(first.unit, last.unit) + this.#bytesOf(last, last.byte, to);
    const rune = this.text.codePointAt(first.unit) ?? 0;
    const head = this.#bytesOf(first, from, first.byte + byteSize(rune));
    const middle = this.text.slice(first.unit + (rune > 0xffff ? 2 : 1), last.unit);
    return head + middle + this.#bytesOf(last, last.byte, to);
  }

  /** The byte at a position. */
  at(position: number): number {
    if (this.#marks === undefined) return this.text.charCodeAt(position);
    const { unit, byte } = this.#placeOf(position);
    return byteOfRune(this.text.codePointAt(unit) ?? 0, position - byte);
  }

  /** The position, in bytes, of the character that begins at a code unit. */
  byteAt(unit: number): number {
    if (this.#marks === undefined) return unit;
    return this.#find('unit', unit).byte;
  }

  /** The character that a byte is part of. */
  #placeOf(position: number): Place {
    return this.#find('byte', position);
  }

  /** The last character that begins no later than at a position, in code units or in bytes. */
  #find(by: keyof Place, position: number): Place {
    const marks = this.#marks?.[by];
    let low = 0;
    let high = marks?.length ?? 0;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((marks?.[middle] ?? Infinity) <= position) low = middle;
      else high = middle;
    }
    let unit = this.#marks?.unit[low] ?? 0;
    let byte = this.#marks?.byte[low] ?? 0;
    while (unit < this.text.length) {
      const rune = this.text.codePointAt(unit) ?? 0;
      const nextUnit = unit + (rune > 0xffff ? 2 : 1);
      const nextByte = byte + byteSize(rune);
      if ((by === 'unit' ? nextUnit : nextByte) > position) break;
      unit = nextUnit;
      byte = nextByte;
    }
    return { unit, byte };
  }

  #bytesOf({ unit, byte }: Place, from: number, to: number): string {
    if (from >= to) return '';
    const rune = this.text.codePointAt(unit) ?? 0;
    let bytes = '';
    for (let at = from; at < to; at++) bytes += escapedByte(byteOfRune(rune, at - byte));
    return bytes;
  }
}
