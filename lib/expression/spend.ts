/** Told of work before it is done, in steps of the order of 10 ns; may end it by throwing. A Meter is one. */
export interface Spending {
  readonly spend: (steps: number) => void;
}

/** For work that nobody bounds. */
export const FREE: Spending = { spend: () => undefined };
