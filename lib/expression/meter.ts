import { GoPanic } from './value.ts';

/** Go's bound on what ranges, lists and maps hold together. */
const MEMORY_BUDGET = 1_000_000;
/**
 * How many small operations one evaluation may take: about 40 ms of the dearest (`npm run bench`). Go has no such bound,
 * but one on memory: what runs once over the million elements that it allows must still end.
 */
const STEP_BUDGET = 5_200_000;

/** Counts what an evaluation uses up, and ends it by a GoPanic where that is too much. */
export class Meter {
  #memory = 0;
  #steps = 0;

  /** Notes that a list or map of so many elements was made. */
  grow(size: number): void {
    if (this.isTooMuch(size)) throw new GoPanic('memory budget exceeded');
    this.#memory += size;
  }

  /** The same for one that is filled element by element. */
  make(size: number): void {
    this.grow(size);
    this.spend(4 * size);
  }

  /** Whether a list or map of so many elements would be one too many. */
  isTooMuch(size: number): boolean {
    return this.#memory + size >= MEMORY_BUDGET;
  }

  /** Notes so many operations, each of the order of 10 ns. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > STEP_BUDGET) throw new GoPanic('step budget exceeded');
  }
}
