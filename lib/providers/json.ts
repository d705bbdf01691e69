import { unmarshal } from '../expression/go/json.ts';
import { GoPanic, type Value } from '../expression/value.ts';
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
