/**
 * A text as Go's encoding/json writes it: in quotes, with `<`, `>`, `&` and the two line separators escaped too, and
 * `\ufffd` for each byte that is no UTF-8 (half a surrogate pair here).
 *
 * @source appendString of encoding/json, Go 1.26
 */
export function quoteJson(text: string): string {
  const quoted = JSON.stringify(text);
  return SPECIAL.test(quoted) ? quoted.replaceAll(ESCAPES, escaped) : quoted;
}

const SPECIAL = /[<>&\u2028\u2029]|\\ud/;
/** An escaped backslash is passed over as a whole: what follows it is text. */
const ESCAPES = /\\\\|\\ud[0-9a-f]{3}|[<>&\u2028\u2029]/g;

function escaped(found: string): string {
  if (found === '\\\\') return found;
  return found.startsWith('\\') ? String.raw`\ufffd` : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
