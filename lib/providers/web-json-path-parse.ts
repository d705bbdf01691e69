/** What is wrong with a path, or with a document for it, in the words of client-go. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

/** One step of a path, or a literal. A template is a list of texts and lists of steps. */
export type PathNode =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'list'; readonly nodes: readonly PathNode[] }
  | { readonly is: 'field'; readonly name: string }
  | { readonly is: 'wildcard' }
  | { readonly is: 'recursive' }
  | { readonly is: 'slice'; readonly start: Bound; readonly end: Bound; readonly step: Bound }
  | { readonly is: 'union'; readonly lists: readonly (readonly PathNode[])[] }
  | {
      readonly is: 'filter';
      readonly left: readonly PathNode[];
      /** `exists`, or whatever of `!<>=` stood there. */
      readonly operator: string;
      readonly right: readonly PathNode[];
    }
  /** A bigint is an int. */
  | { readonly is: 'literal'; readonly value: boolean | number | bigint }
  | { readonly is: 'identifier'; readonly name: string };

/** One part of `[start:end:step]`. */
export interface Bound {
  readonly value: number;
  readonly known: boolean;
  /** Of `[5]`: the end that follows from the start. */
  readonly derived: boolean;
}

/**
 * Parses a path template: text, and between braces paths such as `$.a[0].b`, `..name`, `[?(@.x==1.0)]`, `'text'`,
 * `range .items[*]`, `end`.
 *
 * @throws JsonPathError in the words of client-go
 * @source Parse in k8s.io/client-go/util/jsonpath/parser.go, v0.34
 */
export function parsePath(template: string): readonly PathNode[] {
  const source = new Source(template);
  const root: PathNode[] = [];
  for (;;) {
    const text = source.takeUntil('{');
    if (text !== '') root.push({ is: 'text', text });
    if (source.isAtEnd()) return root;
    source.skip(1);
    root.push({ is: 'list', nodes: parseAction(source) });
  }
}

/** What stands between two braces, the closing one included. */
function parseAction(source: Source): readonly PathNode[] {
  const nodes: PathNode[] = [];
  while (!source.takes('}')) {
    if (source.takes('[?(')) nodes.push(parseFilter(source));
    else for (const node of parsePiece(source, nodes.at(-1))) nodes.push(node);
  }
  return nodes;
}

function parsePiece(source: Source, before: PathNode | undefined): readonly PathNode[] {
  return source.takes('..') ? parseRecursive(source, before) : parseStep(source);
}

/** The same of a part on its own. */
function parsePart(text: string): readonly PathNode[] {
  const [first] = parsePath(`{${text}}`);
  return first?.is === 'list' ? first.nodes : [];
}

function parseStep(source: Source): readonly PathNode[] {
  const char = source.peek();
  if (char === '' || char === '\r' || char === '\n') throw new JsonPathError('unclosed action');
  if (/[+\-\p{Nd}]/u.test(char)) return [parseNumber(source)];
  if (isAlphaNumeric(char)) return [parseIdentifier(source)];
  source.skip(char.length);
  if (char === ' ' || char === '@' || char === '$') return [];
  if (char === '[') return parseArray(source);
  if (char === '"' || char === "'") return [parseQuote(source, char)];
  if (char === '.') return [parseField(source)];
  throw new JsonPathError(`unrecognized character in action: ${describe(char)}`);
}

function parseRecursive(source: Source, before: PathNode | undefined): readonly PathNode[] {
  if (before?.is === 'recursive') throw new JsonPathError('invalid multiple recursive descent');
  return isAlphaNumeric(source.peek()) ? [{ is: 'recursive' }, parseField(source)] : [{ is: 'recursive' }];
}

function parseField(source: Source): PathNode {
  const name = source.takeWord(true);
  return name === '*' ? { is: 'wildcard' } : { is: 'field', name: name.replaceAll('\\', '') };
}

function parseIdentifier(source: Source): PathNode {
  const name = source.takeWord(false);
  return name === 'true' || name === 'false' ? { is: 'literal', value: name === 'true' } : { is: 'identifier', name };
}

function parseNumber(source: Source): PathNode {
  const text = source.takeMatch(/[+-]?[.\p{Nd}]*/uy);
  if (/^[+-]?[0-9]+$/.test(text)) {
    return { is: 'literal', value: readInt64(text.replace('+', '')) ?? Number(text) };
  }
  if (/^[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)$/.test(text)) return { is: 'literal', value: Number(text) };
  throw new JsonPathError(`cannot parse number ${text}`);
}

/** `[*]`, `[0,2]`, `['key']`, `[1:3:2]`, `[-1]`. */
function parseArray(source: Source): readonly PathNode[] {
  const inner = source.takeMatch(/[^\]\n]*/y);
  if (!source.takes(']')) throw new JsonPathError('unterminated array');
  const text = inner === '*' ? ':' : inner;

  const parts = text.split(',');
  if (parts.length > 1) {
    return [{ is: 'union', lists: parts.map((part) => parsePart(`[${part.replaceAll(/^ +| +$/g, '')}]`)) }];
  }
  const [, key] = /^'([^']*)'$/.exec(text) ?? [];
  if (key !== undefined) return parsePart(`.${key}`);
  const slice = /^(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?$/.exec(text);
  if (!slice) throw new JsonPathError(`invalid array index ${text}`);

  const [, first = '', second = '', third = ''] = slice;
  const start = parseBound(first);
  const end = second === '' ? { value: start.value + 1, known: true, derived: true } : parseBound(second.slice(1));
  return [{ is: 'slice', start, end, step: parseBound(third.slice(1)) }];
}

function parseBound(text: string): Bound {
  if (text === '') return { value: 0, known: false, derived: false };
  if (text === '-' || readInt64(text) === undefined) throw new JsonPathError(`array index ${text} is not a number`);
  return { value: Number(text), known: true, derived: false };
}

/** Undefined for what 64 bits cannot hold; a million digits would take their time to be told so. */
function readInt64(digits: string): bigint | undefined {
  if (digits.replace(/^-?0*/, '').length > 19) return undefined;
  const value = BigInt(digits);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** `[?(left operator right)]`, or `[?(path)]` for what exists. Parentheses count only outside of one quoted text. */
function parseFilter(source: Source): PathNode {
  const begin = source.at;
  let quote = '';
  let isClosed = false;
  for (;;) {
    const char = source.next();
    if (char === '' || char === '\n') throw new JsonPathError('unterminated filter');
    if (char === ')' && (quote === '' || isClosed)) break;
    if (char !== '"' && char !== "'") continue;
    if (quote === '') quote = char;
    else if (char === quote && !source.isEscaped()) isClosed = true;
  }
  const text = source.since(begin).slice(0, -1);
  if (source.next() !== ']') throw new JsonPathError('unclosed array expect ]');

  const comparison = /^([^!<>=]+)([!<>=]+)([^\n]+?)$/.exec(text);
  if (!comparison) return { is: 'filter', left: parsePart(text), operator: 'exists', right: [] };
  const [, left = '', operator = '', right = ''] = comparison;
  return { is: 'filter', left: parsePart(left), operator, right: parsePart(right) };
}

function parseQuote(source: Source, quote: string): PathNode {
  const begin = source.at;
  for (;;) {
    const char = source.next();
    if (char === '' || char === '\n') throw new JsonPathError('unterminated quoted string');
    if (char === quote && !source.isEscaped()) break;
  }
  const raw = source.since(begin).slice(0, -1);
  const text = unquote(raw, quote);
  if (text === undefined) throw new JsonPathError(`unquote string ${quote}${raw}${quote} error invalid syntax`);
  return { is: 'text', text };
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))|\\|[^\\]+/gu;

/** The escapes of Go's string literals; undefined where one is none. */
function unquote(raw: string, quote: string): string | undefined {
  let text = '';
  for (const [match, ...groups] of raw.matchAll(ESCAPE)) {
    const part = match.startsWith('\\') ? unescape(groups, quote) : match;
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
}

function unescape([hex, short, long, octal, char]: readonly (string | undefined)[], quote: string): string | undefined {
  if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
  const digits = hex ?? short ?? long;
  if (digits === undefined) return char === quote ? quote : ESCAPES[char ?? ''];
  const code = Number.parseInt(digits, 16);
  const isRune = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isRune ? String.fromCodePoint(code) : undefined;
}

function isAlphaNumeric(char: string): boolean {
  return char !== '' && /[_\p{L}\p{Nd}]/u.test(char);
}

/** As Go's `%#U`. */
function describe(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char) ? `U+${code} '${char}'` : `U+${code}`;
}

/** The text, and where reading stands. */
class Source {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    return this.at >= this.#text.length;
  }

  /** The next character; empty at the end. */
  peek(): string {
    const code = this.#text.codePointAt(this.at);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  next(): string {
    const char = this.peek();
    this.at += char.length;
    return char;
  }

  skip(length: number): void {
    this.at += length;
  }

  since(begin: number): string {
    return this.#text.slice(begin, this.at);
  }

  takes(text: string): boolean {
    const isHere = this.#text.startsWith(text, this.at);
    if (isHere) this.at += text.length;
    return isHere;
  }

  takeUntil(text: string): string {
    const begin = this.at;
    const found = this.#text.indexOf(text, begin);
    this.at = found < 0 ? this.#text.length : found;
    return this.since(begin);
  }

  /** `pattern` is sticky. */
  takeMatch(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [match = ''] = pattern.exec(this.#text) ?? [];
    this.at += match.length;
    return match;
  }

  /** Up to what ends a name; a backslash takes any character with it where `escapes`. */
  takeWord(escapes: boolean): string {
    return this.takeMatch(escapes ? /(?:\\[\s\S]?|[^\\ \t\r\n.,[\]$@{}])*/y : /[^ \t\r\n.,[\]$@{}]*/y);
  }

  /** Whether the character just read has a backslash before it. */
  isEscaped(): boolean {
    return this.#text[this.at - 2] === '\\';
  }
}
