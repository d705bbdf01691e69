/** A number of places that several share, such that nobody can take them all. */
export interface FairPlaces {
  /** Whether `share` may take one more place now. */
  hasRoom(share: string): boolean;
  take(share: string): void;
  leave(share: string): void;
  /** Of all, or of one. */
  taken(share?: string): number;
}

/**
 * Who has some places may take another only while more are free than he has: alone he gets half of them, two who want
 * all get a third each, and there is always a place for who comes next. So what waits for ever holds up its own only.
 *
 * @source the dynamic thresholds of Choudhury and Hahne, by which switches share their buffers
 */
export function fairPlaces(places: number): FairPlaces {
  const byShare = new Map<string, number>();
  let all = 0;
  const of = (share: string): number => byShare.get(share) ?? 0;
  return {
    hasRoom: (share) => of(share) < places - all,
    take(share) {
      byShare.set(share, of(share) + 1);
      all += 1;
    },
    leave(share) {
      const left = of(share) - 1;
      if (left > 0) byShare.set(share, left);
      else byShare.delete(share);
      all -= 1;
    },
    taken: (share) => (share === undefined ? all : of(share)),
  };
}

/** What waits for a place, share by share, first come, first served within each. */
export interface FairLine<T> {
  push(share: string, waiting: T): void;
  /** To the head of its share: it was taken out, and its time has not come. */
  putBack(share: string, waiting: T): void;
  /** The next that may have a place, of the share that has the fewest; it is out of the line then. */
  next(): { readonly share: string; readonly waiting: T } | undefined;
  /** Takes those out that are not wanted any more. */
  remove(share: string, waiting: T): void;
}

export function fairLine<T>(places: FairPlaces): FairLine<T> {
  const lines = new Map<string, T[]>();
  const keep = (share: string, line: T[]): void => {
    if (line.length > 0) lines.set(share, line);
    else lines.delete(share);
  };
  return {
    push(share, waiting) {
      const line = lines.get(share);
      if (line) line.push(waiting);
      else lines.set(share, [waiting]);
    },
    putBack(share, waiting) {
      keep(share, [waiting, ...(lines.get(share) ?? [])]);
    },
    next() {
      let best: string | undefined;
      for (const share of lines.keys()) {
        const isBetter = best === undefined || places.taken(share) < places.taken(best);
        if (places.hasRoom(share) && isBetter) best = share;
      }
      const line = best === undefined ? undefined : lines.get(best);
      const waiting = line?.shift();
      if (best === undefined || line === undefined || waiting === undefined) return undefined;
      // At the end of the round: among those who have as many, everybody has a turn.
      lines.delete(best);
      keep(best, line);
      return { share: best, waiting };
    },
    remove(share, waiting) {
      keep(
        share,
        (lines.get(share) ?? []).filter((each) => each !== waiting),
      );
    },
  };
}
