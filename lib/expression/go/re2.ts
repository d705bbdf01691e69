import { RE2JS, RE2JSSyntaxException } from 're2js';

/** A pattern of RE2's syntax, compiled. */
export interface Re2 {
  /** Instructions. */
  readonly size: number;
  /** Whether it matches anywhere in a text that is well-formed. */
  readonly test: (text: string) => boolean;
}

/**
 * Compiles a pattern by re2js, which is heavy: the functions load this file when it is first called
 * (`infra/load-when-called.ts`), since few conditions have a pattern that is more than words.
 *
 * @returns what is wrong with the pattern, as re2js says it; else the pattern
 */
export function compileRe2(source: string): Re2 | { readonly problem: string } {
  try {
    const compiled = RE2JS.compile(source);
    return { size: compiled.programSize(), test: (text) => compiled.test(text) };
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return { problem: error.message };
    throw error;
  }
}
