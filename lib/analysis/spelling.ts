/** A text with its escapes undone, and where each of its characters came from. */
export interface Spelling {
  readonly plain: string;
  /** Of the source, for each character of `plain`: where its spelling begins, and where it has ended. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Escapes within escapes: JSON in JSON, a URL in a URL. */
const MOST_LAYERS = 4;

/**
 * Undoes what writers of URLs, forms, JSON, Go, HTML and headers do to characters, layer by layer, so that all spellings
 * of one text are one: percent encoding (`+` is a space), backslashes, entities, and what is beyond ASCII as its bytes in
 * UTF-8, each a character below 256. It says what a text *might* mean, and is no decoder of any of these forms.
 */
export function spellOut(source: string): Spelling {
  let spelling = inBytes(source);
  for (let layer = 0; layer < MOST_LAYERS; layer += 1) {
    const next = undoOnce(spelling);
    if (next.plain === spelling.plain) return next;
    spelling = next;
  }
  return spelling;
}

/** Builds a spelling piece by piece. */
function aSpelling(length: number) {
  const [starts, ends] = [new Int32Array(length), new Int32Array(length)];
  const characters: string[] = [];
  return {
    add(character: string, start: number, end: number) {
      starts[characters.length] = start;
      ends[characters.length] = end;
      characters.push(character);
    },
    done: (): Spelling => ({ plain: characters.join(''), starts, ends }),
  };
}

/** What is beyond ASCII as bytes, unless it stands as bytes already. */
function inBytes(source: string): Spelling {
  const encoder = new TextEncoder();
  const spelling = aSpelling(source.length * 3);
  for (let at = 0; at < source.length;) {
    const point = source.codePointAt(at) ?? 0;
    const width = point > 0xffff ? 2 : 1;
    const bytes = point < 0x80 || isByteOfUtf8(source, at) ? [point] : encoder.encode(String.fromCodePoint(point));
    for (const byte of bytes) spelling.add(String.fromCharCode(byte), at, at + width);
    at += width;
  }
  return spelling.done();
}

/** Whether the character is one of a row of characters that read as bytes are one character of UTF-8. */
function isByteOfUtf8(source: string, at: number): boolean {
  let first = at;
  while (first > at - 3 && isBetween(source, first, 0x80, 0xbf)) first -= 1;
  const lead = source.charCodeAt(first);
  const length =
    lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (at >= first + length) return false;
  for (let next = first + 1; next < first + length; next += 1) if (!isBetween(source, next, 0x80, 0xbf)) return false;
  return true;
}

function isBetween(source: string, at: number, least: number, most: number): boolean {
  const code = source.charCodeAt(at);
  return code >= least && code <= most;
}

const PERCENT = /%(?:25){0,3}([0-9a-f]{2})/iy;
const PAIR = /\\+u(d[89ab][0-9a-f]{2})\\+u(d[c-f][0-9a-f]{2})/iy;
const UNICODE = /\\+u([0-9a-f]{4})/iy;
const BYTE = /\\+x([0-9a-f]{2})/iy;
const LETTER = /\\+([nrtbf])/y;
const BACKSLASHES = /\\+/y;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/iy;
const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
const NAMES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function undoOnce({ plain, starts, ends }: Spelling): Spelling {
  const spelling = aSpelling(plain.length * 3);
  let pending: number | undefined;
  for (let at = 0; at < plain.length;) {
    const { meaning, width } = readEscape(plain, at);
    const start = pending ?? starts[at] ?? 0;
    const end = ends[at + width - 1] ?? start;
    // A backslash that means nothing by itself belongs to what comes after it.
    pending = meaning === '' ? start : undefined;
    for (const byte of meaning) spelling.add(byte, start, end);
    at += width;
  }
  return spelling.done();
}

interface Escape {
  readonly meaning: string;
  readonly width: number;
}

function readEscape(plain: string, at: number): Escape {
  const character = plain.charAt(at);
  const escape = READERS[character]?.(plain, at);
  return escape ?? { meaning: character, width: 1 };
}

const READERS: Readonly<Record<string, (plain: string, at: number) => Escape | undefined>> = {
  '+': () => ({ meaning: ' ', width: 1 }),
  '%': (plain, at) => read(PERCENT, plain, at, (digits) => String.fromCharCode(Number.parseInt(digits, 16))),
  '&': (plain, at) =>
    read(ENTITY, plain, at, (decimal, hexadecimal, name) => {
      const code = decimal === '' ? Number.parseInt(hexadecimal, 16) : Number(decimal);
      return NAMES[name.toLowerCase()] ?? bytesOf(code);
    }),
  '\\': (plain, at) =>
    read(PAIR, plain, at, (high, low) =>
      inUtf8(String.fromCharCode(...[high, low].map((unit) => Number.parseInt(unit, 16)))),
    ) ??
    read(UNICODE, plain, at, (digits) => bytesOf(Number.parseInt(digits, 16))) ??
    read(BYTE, plain, at, (digits) => bytesOf(Number.parseInt(digits, 16))) ??
    read(LETTER, plain, at, (letter) => LETTERS[letter] ?? letter) ??
    read(BACKSLASHES, plain, at, () => ''),
};

/** @param meaningOf  is given the groups of the pattern; '' for those that are not there */
function read(
  pattern: RegExp,
  plain: string,
  at: number,
  meaningOf: (first: string, second: string, third: string) => string,
): Escape | undefined {
  const match = find(pattern, plain, at);
  if (!match) return undefined;
  const [whole, first = '', second = '', third = ''] = match;
  return { meaning: meaningOf(first, second, third), width: whole.length };
}

function find(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function bytesOf(code: number): string {
  return code > 0x10ffff ? '?' : inUtf8(String.fromCodePoint(code));
}

function inUtf8(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
