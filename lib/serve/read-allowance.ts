/** How many reads of a cluster events from outside may still cause. */
export interface ReadAllowance {
  /** Whether so many are there; then they are taken. */
  take(reads: number): boolean;
  /** Milliseconds until so many are there. */
  waitMs(reads: number): number;
}

/** As many may go at once after a pause; no request may ask for more. */
export const READS_AT_ONCE = 200;
const READS_PER_SECOND = 50;

/** A bucket of 200 reads that 50 a second fill. */
export function readAllowance(now: () => Date): ReadAllowance {
  let reads = READS_AT_ONCE;
  let filledMs = now().getTime();
  const fill = (): void => {
    const nowMs = now().getTime();
    reads = Math.min(READS_AT_ONCE, reads + (Math.max(nowMs - filledMs, 0) / 1000) * READS_PER_SECOND);
    filledMs = nowMs;
  };
  return {
    take(wanted) {
      fill();
      if (reads < wanted) return false;
      reads -= wanted;
      return true;
    },
    waitMs(wanted) {
      fill();
      return (Math.max(wanted - reads, 0) / READS_PER_SECOND) * 1000;
    },
  };
}
