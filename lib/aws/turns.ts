/** Lets so many things of a name go on at once; the others wait their turn, first come, first served. */
export interface Turns {
  take<T>(name: string, limit: number, work: () => Promise<T>): Promise<T>;
}

export function openTurns(): Turns {
  const lanes = new Map<string, { busy: number; readonly waiting: (() => void)[] }>();
  return {
    async take(name, limit, work) {
      const lane = lanes.get(name) ?? { busy: 0, waiting: [] };
      lanes.set(name, lane);
      // Whoever ends hands its place on.
      if (lane.busy >= limit) await new Promise<void>((resolve) => lane.waiting.push(resolve));
      else lane.busy += 1;
      try {
        return await work();
      } finally {
        const next = lane.waiting.shift();
        if (next) next();
        else if ((lane.busy -= 1) === 0) lanes.delete(name);
      }
    },
  };
}
