import { fromBinary, toBinary } from './go/utf8.ts';

/** What a string literal says, or why it says nothing: Go's text. */
export type Unescaped = { readonly text: string } | { readonly error: string };

const NAMED: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['?', '?'],
]);
const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['X', 2],
  ['u', 4],
  ['U', 8],
]);
const MAX_CODE_POINT = 0x10ffff;
const BROKEN = 'unable to unescape string';

/** What remains after one character or escape sequence. */
type Step = { readonly text: string; readonly length: number } | { readonly error: string };

/**
 * Reads a quoted literal, quotes included.
 *
 * @source parser/lexer/utils.go of expr-lang/expr
 */
export function unescapeString(literal: string): Unescaped {
  return unescapeWith(literal, readEscape);
}

/** The same for a bytes literal without its `b`, whose escapes are bytes; the result is a string as Value has it. */
export function unescapeBytes(literal: string): Unescaped {
  const read = unescapeWith(literal, readByteEscape);
  return 'error' in read ? read : { text: fromBinary(read.text) };
}

function unescapeWith(literal: string, readOne: (rest: string) => Step): Unescaped {
  const quoted = literal.replaceAll(/\r\n?/g, '\n');
  if (quoted.length < 2 || quoted[0] !== quoted.at(-1)) return { error: BROKEN };
  const inner = quoted.slice(1, -1);
  let text = '';
  let at = 0;
  while (at < inner.length) {
    const escape = inner.indexOf('\\', at);
    const plainEnd = escape < 0 ? inner.length : escape;
    text += readOne === readByteEscape ? toBinary(inner.slice(at, plainEnd)) : inner.slice(at, plainEnd);
    if (escape < 0) break;
    if (escape + 1 >= inner.length) return { error: `${BROKEN}, found '\\' as last character` };
    const step = readOne(inner.slice(escape + 1, escape + 11));
    if ('error' in step) return step;
    text += step.text;
    at = escape + 1 + step.length;
  }
  return { text };
}

/** Reads what follows a backslash. */
function readEscape(rest: string): Step {
  const letter = rest[0] ?? '';
  const named = NAMED.get(letter);
  if (named !== undefined) return { text: named, length: 1 };
  if (letter === 'u' && rest[1] === '{') return readBraced(rest);
  const digits = HEX_DIGITS.get(letter);
  if (digits !== undefined) {
    const hex = rest.slice(1, 1 + digits);
    return isHex(hex, digits) ? character(Number.parseInt(hex, 16), 1 + digits) : { error: BROKEN };
  }
  return readOctal(rest);
}

function readBraced(rest: string): Step {
  const [whole, hex = ''] = /^u\{([0-9A-Fa-f]{1,6})\}/.exec(rest) ?? [];
  return whole === undefined ? { error: BROKEN } : character(Number.parseInt(hex, 16), whole.length);
}

function readOctal(rest: string): Step {
  if (!/^[0-3]/.test(rest)) return { error: BROKEN };
  const [digits] = /^[0-3][0-7][0-7]/.exec(rest) ?? [];
  if (digits === undefined) return { error: 'unable to unescape octal sequence in string' };
  return character(Number.parseInt(digits, 8), 3);
}

function readByteEscape(rest: string): Step {
  const letter = rest[0] ?? '';
  const named = NAMED.get(letter);
  if (named !== undefined) return { text: named, length: 1 };
  if (letter === 'x' || letter === 'X') {
    const hex = rest.slice(1, 3);
    return isHex(hex, 2) ? character(Number.parseInt(hex, 16), 3) : { error: BROKEN };
  }
  return readOctal(rest);
}

function isHex(digits: string, length: number): boolean {
  return digits.length === length && /^[0-9A-Fa-f]*$/.test(digits);
}

function character(code: number, length: number): Step {
  if (code > MAX_CODE_POINT) return { error: BROKEN };
  // Half a surrogate pair has no UTF-8 form; Go writes the replacement character.
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return { text: isSurrogate ? '\ufffd' : String.fromCodePoint(code), length };
}
