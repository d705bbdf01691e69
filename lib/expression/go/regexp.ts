import { GoPanic } from '../value.ts';
import { Finder } from './find.ts';
import { patternSize } from './pattern-size.ts';
import { compileRe2, type Re2 } from './re2.ts';
import { goClassName } from './unicode-class.ts';

/** A compiled pattern of Go's regexp package. */
export interface Pattern {
  /**
   * What a match in so many characters is charged, in steps of the order of 10 ns.
   *
   * @param before  in how many characters an evaluation has looked for it already: the first ones teach the pattern
   */
  readonly stepsFor: (length: number, before: number) => number;
  /** Whether it matches anywhere in a text, in time linear in the text. An invalid byte counts as U+FFFD. */
  readonly test: (text: string) => boolean;
}

/** Larger ones take more than 50 ms to compile. Go's limit is a hundred times that. */
const MAX_SIZE = 20_000;
/** What an instruction takes to be compiled. */
const COMPILED_INSTRUCTION = 300;

const MAX_CACHED = 64;
/** So that the patterns kept stay small together, with what they learn while they match. */
const MAX_CACHED_LENGTH = 1000;
const MAX_CACHED_SIZE = 2000;
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
  const { size, tooOften } = patternSize(source);
  if (size > MAX_SIZE) {
    const problem = tooOften === undefined ? 'expression too large' : `invalid repeat count: \`${tooOften}\``;
    throw new GoPanic(`error parsing regexp: ${problem}`);
  }
  const pattern = SPECIAL.test(source) ? program(source) : alternatives(source);
  if (source.length <= MAX_CACHED_LENGTH && size <= MAX_CACHED_SIZE) remember(source, pattern);
  return pattern;
}

/** What compiling a pattern is charged, in steps of the order of 10 ns. */
export function compilingSteps(source: string): number {
  return COMPILED_INSTRUCTION * (2 + Math.min(patternSize(source).size, MAX_SIZE));
}

/** A match in a text of no length. */
const MATCH_STEPS = 20;

/** What makes more of a pattern than some texts, any of which may stand in the text. */
const SPECIAL = /[\\.+*?()[\]{}^$]/;

/** Most patterns are a word or some: looked for as they stand, they cost a tenth. */
function alternatives(source: string): Pattern {
  const finders = source.split('|').map((word) => new Finder(word));
  return {
    stepsFor: (length) => MATCH_STEPS + (length * finders.length) / 3,
    test(text) {
      const whole = text.toWellFormed();
      return finders.some((finder) => finder.find(whole, 0) >= 0);
    },
  };
}

/** A step an instruction and character: where its states are too many to be kept, each character meets each of them. */
function program(source: string): Pattern {
  const { size, test } = compileAsGo(source);
  return {
    stepsFor: (length, before) =>
      MATCH_STEPS + (length + STATE_STEPS * Math.min(length, Math.max(0, MOST_STATES - before))) * size,
    test: (text) => test(text.toWellFormed()),
  };
}

/** The states that re2js keeps of a match before it does without, and what an instruction adds to making one. */
const MOST_STATES = 2000;
const STATE_STEPS = 4;

/** Whether a pattern matches anywhere in a text. @throws GoPanic as compilePattern does */
export function matchString(source: string, text: string): boolean {
  return compilePattern(source).test(text);
}

function remember(source: string, pattern: Pattern): void {
  const [oldest] = cache.keys();
  if (cache.size >= MAX_CACHED && oldest !== undefined) cache.delete(oldest);
  cache.set(source, pattern);
}

function compileAsGo(source: string): Re2 {
  const translated = source.replace(PIECE, translate);
  const compiled = compileRe2(translated);
  if (!('problem' in compiled)) return compiled;
  const { problem } = compiled;
  throw new GoPanic(translated === source ? messageOf(problem, source) : messageOfBoth(problem, source));
}

/** Prefers the message about the pattern as it was written, if that is the same fault in the same place. */
function messageOfBoth(problem: string, source: string): string {
  const message = messageOf(problem, source);
  const original = compileRe2(source);
  const asWritten = 'problem' in original ? messageOf(original.problem, source) : '';
  return asWritten.replace(PIECE, translate) === message ? asWritten : message;
}

/** Go quotes the place of every error. */
function messageOf(problem: string, source: string): string {
  if (problem.endsWith('`')) return problem;
  return `${problem}: \`${problem.endsWith('end of expression') ? '' : source}\``;
}

/** What is taken as it stands; a group with a name; a Unicode class. */
const PIECE = /\\Q[^]*?(?:\\E|$)|\\[^pP]|\(\?P?<(\w+)>|(\\[pP])(?:\{(\^?[\w -]+)\}|([a-z]))/g;

/** Go lets groups share a name, which re2js refuses, and names do not matter to a match. */
function translate(piece: string, group?: string, sign?: string, name?: string, letter?: string): string {
  if (group !== undefined) return '(';
  const className = name ?? letter;
  return sign === undefined || className === undefined ? piece : `${sign}{${goClassName(className)}}`;
}
