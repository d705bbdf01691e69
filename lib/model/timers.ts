/** A clock that nobody sets, and what wakes by it. */
export interface Timers {
  /** Milliseconds since some moment, with fractions. It goes on evenly, whatever becomes of the time of day. */
  readonly nowMs: () => number;
  /**
   * Calls once, after so many milliseconds.
   *
   * @param delayMs  0 or more, below 2^31
   * @returns        takes the call back
   */
  readonly after: (delayMs: number, call: () => void) => () => void;
}
