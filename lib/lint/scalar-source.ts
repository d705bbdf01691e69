/**
 * Where the character at `offset` of a scalar's value stands in the YAML that the value was read from. Quotes,
 * escapes, indentation and folded lines are passed over; where the two part ways, the place where they did.
 *
 * @param source  text of the scalar as it stands in the file, with its quotes or its `|`
 * @param value   what it was read as
 * @param offset  UTF-16 offset into `value`
 * @returns       UTF-16 offset into `source`
 */
export function scalarSourceOffset(source: string, value: string, offset: number): number {
  let at = startOfText(source);
  for (let index = 0; ; index++) {
    const next = skipTo(source, at, value[index]);
    if (index >= offset || next === undefined) return next?.from ?? at;
    at = next.to;
  }
}

/** Past the quote, or past the header line of a block. */
function startOfText(source: string): number {
  if (/^["']/.test(source)) return 1;
  if (/^[|>]/.test(source)) return source.indexOf('\n') + 1;
  return 0;
}

/** Where `character` of the value begins and ends in the source, at or after `at`. */
function skipTo(source: string, at: number, character: string | undefined): { from: number; to: number } | undefined {
  if (character === undefined) return { from: at, to: at };
  for (let from = at; from < source.length; from++) {
    const found = source[from];
    if (found === '\\' && source[0] === '"') {
      const [escape, read] = readEscape(source.slice(from, from + 10));
      if (read === character) return { from, to: from + escape.length };
      if (read !== undefined) return undefined;
      continue; // An escaped line break stands for nothing.
    }
    if (found === character) return { from, to: from + (isDoubledQuote(source, from) ? 2 : 1) };
    if (found === '\n' && character === ' ') return { from, to: from + 1 };
    if (found === undefined || !/\s/.test(found)) return undefined;
  }
  return undefined;
}

function isDoubledQuote(source: string, at: number): boolean {
  return source[0] === "'" && source[at] === "'" && source[at + 1] === "'";
}

/** The escape at the start of a text and the character it stands for; none for an escaped line break. */
function readEscape(text: string): readonly [escape: string, read?: string] {
  const [escape = text.slice(0, 2), hex] = /^\\(?:x([\da-f]{2})|u([\da-f]{4}))/i.exec(text)?.filter(Boolean) ?? [];
  if (hex !== undefined) return [escape, String.fromCharCode(Number.parseInt(hex, 16))];
  if (escape === '\\\n') return [escape];
  return [escape, ESCAPES[escape.slice(1)] ?? escape.slice(1)];
}
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', 0: '\0' };
