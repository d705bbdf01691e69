/** A jump that lasts for so long is no slip: from then on the clock says what it was set to. */
const HELD_MS = 60_000;
/** Clocks that nobody sets go apart by less than this. */
const SAME_MS = 1000;

/**
 * A clock that is not taken in by another one that jumps: what is due is told from the times in statuses, and one wrong
 * second of a machine's clock would freeze what was measured in it, or measure everything at once. It keeps its pace while
 * the other is off by more than a second, and follows once that has lasted for a minute.
 *
 * @param wall    what may be set: by people, by NTP, by a machine that wakes
 * @param nowMs   milliseconds of a clock that never jumps
 * @param onJump  told by how many milliseconds it was set, once it follows
 */
export function steadyClock(wall: () => Date, nowMs: () => number, onJump?: (byMs: number) => void): () => Date {
  let offsetMs = wall().getTime() - nowMs();
  let offSinceMs: number | undefined;
  return () => {
    const steadyMs = nowMs();
    const apartMs = wall().getTime() - steadyMs - offsetMs;
    if (Math.abs(apartMs) < SAME_MS) {
      offsetMs += apartMs;
      offSinceMs = undefined;
    } else if (offSinceMs === undefined) {
      offSinceMs = steadyMs;
    } else if (steadyMs - offSinceMs >= HELD_MS) {
      offsetMs += apartMs;
      offSinceMs = undefined;
      onJump?.(Math.round(apartMs));
    }
    return new Date(steadyMs + offsetMs);
  };
}
