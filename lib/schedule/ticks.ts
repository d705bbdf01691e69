/** The moments at which something is to happen: whole minutes, the same whenever and wherever they are asked for. */
export interface Ticks {
  /** The first after `at`; undefined: there is none any more. */
  next(at: Date): Date | undefined;
  /** The last that is not after `at`; undefined: there was none. */
  latest(at: Date): Date | undefined;
}
