/**
 * JavaScript's own search is fast, but compares long parts from every position anew: half a megabyte of one letter
 * sought in a megabyte of it takes hours. Longer parts are found in linear time.
 */
const MAX_NATIVE = 200;
const MAX_NATIVE_BACKWARDS = 8;

/** Finds one part in texts, from left to right. */
export class Finder {
  readonly #part: string;
  readonly #borders: Int32Array | undefined;

  constructor(part: string) {
    this.#part = part;
    this.#borders = part.length > MAX_NATIVE ? bordersOf(part) : undefined;
  }

  /** The index of the first occurrence at or after `from`, or -1. In code units. */
  find(text: string, from: number): number {
    if (this.#borders === undefined) return text.indexOf(this.#part, from);
    const { length } = this.#part;
    let matched = 0;
    for (let at = from; at < text.length; at++) {
      matched = advance(this.#part, this.#borders, matched, text.charCodeAt(at));
      if (matched === length) return at + 1 - length;
    }
    return -1;
  }
}

/** The index of the last occurrence, or -1. In code units. */
export function findLast(text: string, part: string): number {
  const { length } = part;
  if (length <= MAX_NATIVE_BACKWARDS) return text.lastIndexOf(part);
  // Both are read from their ends.
  const borders = bordersOf(part, length - 1);
  let matched = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    matched = advance(part, borders, matched, text.charCodeAt(at), length - 1);
    if (matched === length) return at;
  }
  return -1;
}

/** How many code units of a part are matched after one more; `last` is given to read the part from its end. */
function advance(part: string, borders: Int32Array, matched: number, unit: number, last = -1): number {
  let count = matched;
  for (;;) {
    const wanted = part.charCodeAt(last < 0 ? count : last - count);
    if (wanted === unit) return count + 1;
    if (count === 0) return 0;
    count = borders[count - 1] ?? 0;
  }
}

/** For each beginning of a part, the length of its longest proper beginning that is also its end. */
function bordersOf(part: string, last = -1): Int32Array {
  const borders = new Int32Array(part.length);
  let matched = 0;
  for (let at = 1; at < part.length; at++) {
    matched = advance(part, borders, matched, part.charCodeAt(last < 0 ? at : last - at), last);
    borders[at] = matched;
  }
  return borders;
}
