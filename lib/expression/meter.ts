import { GoPanic } from './value.ts';

/** Go's bound on what ranges, lists and maps hold together. */
const MEMORY_BUDGET = 1_000_000;
/** How many small operations one evaluation may take: about 50 ms. Go has no such bound. */
const STEP_BUDGET = 4_000_000;

/** Counts what an evaluation uses up, and ends it by a GoPanic where that is too much. */
export class Meter {
  #memory = 0;
  #steps = 0;

  /** Notes that a list or map of so many elements was made. */
  grow(size: number): void {
    this.#memory += size;
    if (this.#memory >= MEMORY_BUDGET) throw new GoPanic('memory budget exceeded');
  }

  /** Notes so many operations, each of the order of 10 ns. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > STEP_BUDGET) throw new GoPanic('step budget exceeded');
  }
}
