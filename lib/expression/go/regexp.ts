import { RE2JS, RE2JSSyntaxException } from 're2js';
import { GoPanic } from '../value.ts';
import { goClassName } from './unicode-class.ts';

/** A compiled pattern of Go's regexp package. */
export interface Pattern {
  /** How many instructions it has: a match takes at most some 75 ns an instruction and character, mostly far less. */
  readonly size: number;
  /** Whether it matches anywhere in a text, in time linear in the text. An invalid byte counts as U+FFFD. */
  readonly test: (text: string) => boolean;
}

/** Longer ones take more than 50 ms to compile. Go has no such limit. */
const MAX_LENGTH = 50_000;

const MAX_CACHED = 64;
const MAX_CACHED_LENGTH = 1000;
const cache = new Map<string, Pattern>();

/**
 * Compiles a pattern in RE2's dialect: no look-around, no back-references, counts up to 1000.
 *
 * @throws GoPanic with the text of Go's regexp.Compile
 * @source https://pkg.go.dev/regexp/syntax
 */
export function compilePattern(source: string): Pattern {
  const known = cache.get(source);
  if (known !== undefined) return known;
  if (!source.isWellFormed()) throw new GoPanic(`error parsing regexp: invalid UTF-8: \`${source}\``);
  if (source.length > MAX_LENGTH) throw new GoPanic('error parsing regexp: expression too large');
  const compiled = compileAsGo(source);
  const pattern = { size: compiled.programSize(), test: (text: string) => compiled.test(text.toWellFormed()) };
  if (source.length <= MAX_CACHED_LENGTH) remember(source, pattern);
  return pattern;
}

/** Whether a pattern matches anywhere in a text. @throws GoPanic as compilePattern does */
export function matchString(source: string, text: string): boolean {
  return compilePattern(source).test(text);
}

function remember(source: string, pattern: Pattern): void {
  const [oldest] = cache.keys();
  if (cache.size >= MAX_CACHED && oldest !== undefined) cache.delete(oldest);
  cache.set(source, pattern);
}

function compileAsGo(source: string): RE2JS {
  const translated = source.replace(PIECE, translate);
  try {
    return RE2JS.compile(translated);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw new GoPanic(translated === source ? messageOf(error, source) : messageOfBoth(error, source));
  }
}

/** Prefers the message about the pattern as it was written, if that is the same fault in the same place. */
function messageOfBoth(error: RE2JSSyntaxException, source: string): string {
  const message = messageOf(error, source);
  try {
    RE2JS.compile(source);
  } catch (original) {
    const asWritten = original instanceof RE2JSSyntaxException ? messageOf(original, source) : '';
    if (asWritten.replace(PIECE, translate) === message) return asWritten;
  }
  return message;
}

/** Go quotes the place of every error. */
function messageOf(error: RE2JSSyntaxException, source: string): string {
  const { message } = error;
  if (message.endsWith('`')) return message;
  return `${message}: \`${message.endsWith('end of expression') ? '' : source}\``;
}

/** What is taken as it stands; a group with a name; a Unicode class. */
const PIECE = /\\Q[^]*?(?:\\E|$)|\\[^pP]|\(\?P?<(\w+)>|(\\[pP])(?:\{(\^?[\w -]+)\}|([a-z]))/g;

/** Go lets groups share a name, which re2js refuses, and names do not matter to a match. */
function translate(piece: string, group?: string, sign?: string, name?: string, letter?: string): string {
  if (group !== undefined) return '(';
  const className = name ?? letter;
  return sign === undefined || className === undefined ? piece : `${sign}{${goClassName(className)}}`;
}
