import type { Spending } from '../spend.ts';
import type { Routine } from '../trampoline.ts';
import { GoPanic } from '../value.ts';
import type { Value } from '../value.ts';
import { quote } from './strconv.ts';
import { toBinary } from './utf8.ts';

/** Go gives up on documents nested deeper. */
const MAX_DEPTH = 10_000;
/** Beyond this depth a level is no longer lost among what it holds. */
const FREE_DEPTH = 100;
const DEEP_STEPS = 200;

/** Reads a JSON document as Go's encoding/json does; its errors are GoPanics with Go's texts. */
export class JsonReader {
  private readonly text: string;
  private at = 0;
  private depth = 0;
  /** Go checks the syntax of the whole document before it reports a number that it cannot hold. */
  private tooLarge: string | undefined;

  private readonly meter: Spending;

  constructor(text: string, meter: Spending) {
    this.text = text;
    this.meter = meter;
  }

  /** Reads one value, with what is in it. */
  *value(): Routine<Value> {
    this.skipSpace();
    const first = this.text.charAt(this.at);
    if (first === '[') return yield this.list();
    if (first === '{') return yield this.object();
    if (first === '"') return this.string();
    if (first === 't') return this.literal('true', true);
    if (first === 'f') return this.literal('false', false);
    if (first === 'n') return this.literal('null', null);
    if (first === '-' || isDigit(first)) return this.number();
    throw this.unexpected('looking for beginning of value');
  }

  /** Checks that nothing follows the value, and that all numbers were within a float64. */
  end(): void {
    this.skipSpace();
    if (this.at < this.text.length) throw this.unexpected('after top-level value');
    if (this.tooLarge === undefined) return;
    throw new GoPanic(`json: cannot unmarshal number ${this.tooLarge} into Go value of type float64`);
  }

  private *list(): Routine<Value> {
    const items: Value[] = [];
    this.enter();
    if (this.takes(']')) return items;
    do items.push(yield this.value());
    while (this.takes(','));
    this.leave(']', 'after array element');
    return items;
  }

  private *object(): Routine<Value> {
    // Without a prototype, so that `__proto__` is a key as any other.
    const fields: Record<string, Value> = Object.create(null) as Record<string, Value>;
    this.enter();
    if (this.takes('}')) return fields;
    do {
      this.skipSpace();
      if (this.text.charAt(this.at) !== '"') throw this.unexpected('looking for beginning of object key string');
      const key = this.string();
      if (!this.takes(':')) throw this.unexpected('after object key');
      fields[key] = yield this.value();
    } while (this.takes(','));
    this.leave('}', 'after object key:value pair');
    return fields;
  }

  private enter(): void {
    this.depth++;
    if (this.depth > FREE_DEPTH) this.meter.spend(DEEP_STEPS);
    if (this.depth > MAX_DEPTH) throw this.unexpected('exceeded max depth');
    this.at++;
  }

  private leave(close: string, context: string): void {
    if (!this.takes(close)) throw this.unexpected(context);
  }

  /** Takes a character if it comes next; a closing bracket also ends a level. */
  private takes(char: string): boolean {
    this.skipSpace();
    if (this.text.charAt(this.at) !== char) return false;
    this.at++;
    if (char === ']' || char === '}') this.depth--;
    return true;
  }

  private literal<Literal>(word: string, value: Literal): Literal {
    for (const char of word) {
      if (this.text.charAt(this.at) !== char) {
        throw this.unexpected(`in literal ${word} (expecting ${quoteChar(char)})`);
      }
      this.at++;
    }
    return value;
  }

  private number(): number {
    const from = this.at;
    if (this.text.charAt(this.at) === '-') this.at++;
    if (this.text.charAt(this.at) === '0') this.at++;
    else this.digits('in numeric literal');
    if (this.text.charAt(this.at) === '.') {
      this.at++;
      this.digits('after decimal point in numeric literal');
    }
    if (/^[eE]$/.test(this.text.charAt(this.at))) {
      this.at++;
      if (/^[+-]$/.test(this.text.charAt(this.at))) this.at++;
      this.digits('in exponent of numeric literal');
    }
    const shown = this.text.slice(from, this.at);
    const value = Number(shown);
    if (!Number.isFinite(value)) this.tooLarge ??= shown;
    return value;
  }

  private digits(context: string): void {
    if (!isDigit(this.text.charAt(this.at))) throw this.unexpected(context);
    while (isDigit(this.text.charAt(this.at))) this.at++;
  }

  private string(): string {
    this.at++;
    let value = '';
    for (;;) {
      value += this.plain();
      const char = this.text.charAt(this.at);
      if (char === '"') break;
      if (char !== '\\') throw this.unexpected('in string literal');
      value += this.escape();
    }
    this.at++;
    return value.toWellFormed();
  }

  /** The characters that stand for themselves; an invalid byte must not pair up with an escaped half before it. */
  private plain(): string {
    const from = this.at;
    let code = this.text.charCodeAt(this.at);
    while (code >= SPACE && code !== QUOTE && code !== BACKSLASH) code = this.text.charCodeAt(++this.at);
    return this.text.slice(from, this.at).toWellFormed();
  }

  private escape(): string {
    this.at++;
    const char = this.text.charAt(this.at);
    const short = ESCAPES.get(char);
    if (short === undefined && char !== 'u') throw this.unexpected('in string escape code');
    this.at++;
    return short ?? this.hexadecimal();
  }

  private hexadecimal(): string {
    const from = this.at;
    for (; this.at < from + 4; this.at++) {
      if (!/^[\da-f]$/i.test(this.text.charAt(this.at))) throw this.unexpected('in \\u hexadecimal character escape');
    }
    return String.fromCharCode(Number.parseInt(this.text.slice(from, this.at), 16));
  }

  private skipSpace(): void {
    while (WHITE_SPACE.has(this.text.charCodeAt(this.at))) this.at++;
  }

  private unexpected(context: string): GoPanic {
    const rune = this.text.codePointAt(this.at);
    if (rune === undefined) return new GoPanic(endProblem(context));
    // Go speaks of bytes.
    const byte = toBinary(String.fromCodePoint(rune)).charAt(0);
    return new GoPanic(`invalid character ${quoteChar(byte)} ${context}`);
  }
}

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WHITE_SPACE: ReadonlySet<number> = new Set([SPACE, 0x09, 0x0d, 0x0a]);

const ESCAPES = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** At the end Go tries a space, which is out of place within a number, a literal or an escape. */
function endProblem(context: string): string {
  const isWithin = /^(?:in (?!string literal)|after decimal)/.test(context);
  return isWithin ? `invalid character ' ' ${context}` : 'unexpected end of JSON input';
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}

function quoteChar(char: string): string {
  if (char === "'") return String.raw`'\''`;
  return char === '"' ? `'"'` : `'${quote(char).slice(1, -1)}'`;
}
