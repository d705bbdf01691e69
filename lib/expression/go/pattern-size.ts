/** A count of repetition, as `{2}`, `{2,}` and `{2,5}` have it. */
const REPETITION = /\{(\d{1,4})(?:,(\d{0,4}))?\}/y;
const LITERAL = /\\Q[\s\S]*?(?:\\E|$)/y;
const UNICODE_CLASS = /\\[pP](?:\{[^}]*\}|.)/y;
const CLASS = /\[\^?\]?(?:\[:\^?\w*:\]|\\[\s\S]|[^\]\\])*\]?/y;
const ESCAPE = /\\[\s\S]?/y;

/** Classes of Unicode are large tables. */
const UNICODE_CLASS_SIZE = 12;

/** RE2 repeats nothing more often, repetitions within repetitions multiplied. */
const MOST_TIMES = 1000;

export interface PatternSize {
  readonly size: number;
  /** The first repetition that is refused. */
  readonly tooOften: string | undefined;
}

/**
 * How many instructions a pattern compiles to, or a few more: repeated parts are written out as often as they may
 * repeat, so ten characters can make a thousand. Found without parsing it, in one pass; of a malformed pattern some
 * number.
 */
export function patternSize(source: string): PatternSize {
  const outer: { readonly size: number; readonly nested: number }[] = [];
  let size = 0;
  let last = 0;
  /** How often something in this group, and in its last part, is repeated within repetitions. */
  let nested = 1;
  let lastNested = 1;
  let tooOften: string | undefined;
  for (let at = 0; at < source.length;) {
    const char = source.charAt(at);
    const repetition = char === '{' ? match(REPETITION, source, at) : undefined;
    if (repetition !== undefined) {
      const [shown, least = '1', most = least] = repetition;
      const times = Math.max(Number(least), Number(most), 1);
      lastNested *= times;
      nested = Math.max(nested, lastNested);
      if (lastNested > MOST_TIMES) tooOften ??= shown;
      // What may be left out is one instruction more.
      size += (shown.includes(',') ? last + 1 : last) * times;
      // To repeat that once more is refused.
      last = 0;
      at += shown.length;
      continue;
    }
    if (char === '(') {
      outer.push({ size, nested });
      size = 0;
      nested = 1;
    } else if (char === ')') {
      last = size + 2;
      lastNested = nested;
      const around = outer.pop();
      size = (around?.size ?? 0) + last;
      nested = Math.max(around?.nested ?? 1, nested);
    } else if (!'*+?|'.includes(char)) {
      last = atomSize(source, at);
      lastNested = 1;
      size += last;
    } else {
      size++;
    }
    at += atomLength(source, at);
  }
  return { size: outer.reduce((sum, part) => sum + part.size, size), tooOften };
}

function atomSize(source: string, at: number): number {
  const literal = match(LITERAL, source, at);
  if (literal !== undefined) return literal[0].length;
  if (match(UNICODE_CLASS, source, at) !== undefined) return UNICODE_CLASS_SIZE;
  const found = source.charAt(at) === '[' ? match(CLASS, source, at) : undefined;
  if (found === undefined) return 1;
  return /\\[pP]/.test(found[0]) ? UNICODE_CLASS_SIZE * found[0].length : 1 + found[0].length / 8;
}

function atomLength(source: string, at: number): number {
  const char = source.charAt(at);
  if (char !== '\\' && char !== '[') return 1;
  for (const pattern of char === '[' ? [CLASS] : [LITERAL, UNICODE_CLASS, ESCAPE]) {
    const found = match(pattern, source, at);
    if (found !== undefined) return found[0].length;
  }
  return 1;
}

function match(pattern: RegExp, source: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source) ?? undefined;
}
