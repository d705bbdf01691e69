import { unmarshal } from '../expression/go/json.ts';
import { compare } from '../expression/go/strings.ts';
import { GoInt, GoPanic, isPlainMap, type Value } from '../expression/value.ts';
import { AssayError } from '../model/errors.ts';

/** Deeper documents are errors, so that whoever walks one later may call itself. Go's own limit is 10,000. */
const MOST_LEVELS = 1_000;

/** What JSON.parse reads otherwise than Go: halves of surrogate pairs, and numbers beyond a float64. */
const DELICATE = /\\u[dD][89a-fA-F]|[eE]\+?\d{3}|\d{300}/;

/**
 * Decodes a JSON document as Go does.
 *
 * @throws GoPanic in Go's words, for what is no JSON; AssayError ASSAY_METRIC_UNREADABLE for more than 1,000 levels
 */
export function decodeJson(text: string): Value {
  if (depthOf(text) > MOST_LEVELS) {
    throw new AssayError('ASSAY_METRIC_UNREADABLE', `the answer is nested in more than ${MOST_LEVELS} levels`);
  }
  if (DELICATE.test(text)) return unmarshal(text);
  try {
    return JSON.parse(text) as Value;
  } catch {
    return unmarshal(text); // Says what is wrong, in Go's words.
  }
}

/** The same, or undefined for what is no JSON. */
export function tryDecodeJson(text: string): { readonly value: Value } | undefined {
  try {
    return { value: decodeJson(text) };
  } catch (error) {
    if (error instanceof GoPanic) return undefined;
    throw error;
  }
}

/**
 * JSON as Go's json.Marshal writes it: no blanks, keys in byte order, `<`, `>` and `&` escaped.
 * @source https://pkg.go.dev/encoding/json#Marshal
 */
export function encodeJson(value: Value): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof GoInt) return String(value.value);
  if (Array.isArray(value)) return `[${value.map(encodeJson).join()}]`;
  if (value === null || typeof value !== 'object') return String(value);
  if (!isPlainMap(value)) return 'null';
  const keys = Object.keys(value).toSorted(compare);
  return `{${keys.map((key) => `${quote(key)}:${encodeJson(value[key] ?? null)}`).join()}}`;
}

function quote(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => String.raw`\u` + char.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}

/** How deep brackets outside of strings are nested. */
function depthOf(text: string): number {
  if (text.length <= MOST_LEVELS) return 0;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfString(text, at);
    else if (char === BRACKET || char === BRACE) deepest = Math.max(deepest, ++depth);
    else if (char === BRACKET + 2 || char === BRACE + 2) depth--;
  }
  return deepest;
}

const [QUOTE, BACKSLASH, BRACKET, BRACE] = [0x22, 0x5c, 0x5b, 0x7b];

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
