/** Work on many things, cut into slices: between two of them everybody else in the process has a turn. */
export interface Slices {
  /** Whether this slice has lasted long enough; asked after each thing. */
  isOver(): boolean;
  /** Lets the others go first, and begins the next slice. */
  pause(): Promise<void>;
}

export interface SlicesOptions {
  /** Of a clock that never jumps. */
  readonly nowMs: () => number;
  /** Resolves when whatever waits has had a turn, the network included. */
  readonly pause: () => Promise<void>;
}

/** A look at one thing takes up to some milliseconds, so that all in all nobody waits for 50. */
const SLICE_MS = 10;

/** Begins the first slice of a piece of work. */
export function openSlices({ nowMs, pause }: SlicesOptions): Slices {
  let startedMs = nowMs();
  return {
    isOver: () => nowMs() - startedMs >= SLICE_MS,
    async pause() {
      await pause();
      startedMs = nowMs();
    },
  };
}
