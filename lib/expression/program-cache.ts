import type { Program } from './program.ts';

/** How many programs are kept for each type of result; the one unused for longest goes first. */
const MAX_PROGRAMS = 200;
/** Longer texts are compiled each time, so that the programs stay small together. */
const MAX_TEXT = 10_000;

/** Programs by text. */
export class ProgramCache {
  readonly #programs = new Map<string, Program>();

  get size(): number {
    return this.#programs.size;
  }

  /** The program of a text, compiled if it is not there. What `compile` throws is not kept. */
  get(text: string, compile: (text: string) => Program): Program {
    const known = this.#programs.get(text);
    if (known !== undefined) {
      this.#touch(text, known);
      return known;
    }
    const program = compile(text);
    if (text.length <= MAX_TEXT) this.#add(text, program);
    return program;
  }

  #touch(text: string, program: Program): void {
    // While there is room for all, their order does not matter.
    if (this.#programs.size < MAX_PROGRAMS) return;
    this.#programs.delete(text);
    this.#programs.set(text, program);
  }

  #add(text: string, program: Program): void {
    const [oldest] = this.#programs.keys();
    if (this.#programs.size >= MAX_PROGRAMS && oldest !== undefined) this.#programs.delete(oldest);
    this.#programs.set(text, program);
  }
}
