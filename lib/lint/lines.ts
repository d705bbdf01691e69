import type { Position } from './finding.ts';

/** Where the lines of a text begin. (The counter of `yaml` 2.9 misses the one behind an alias that is a key.) */
export class Lines {
  readonly #starts: readonly number[];
  readonly #length: number;

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
    this.#length = text.length;
  }

  positionOf(offset: number): Position {
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: Math.min(offset, this.#length) - (this.#starts[low] ?? 0) + 1 };
  }

  offsetOf({ line, column }: Position): number {
    return (this.#starts[line - 1] ?? this.#length) + column - 1;
  }
}
