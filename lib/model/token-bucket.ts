/** So many a second, and a number of them at once after a pause. */
export interface TokenBucket {
  /** Until the next token is there; 0: it is. */
  waitMs(): number;
  /** Takes the next token, also one that is not there yet: then whoever comes next waits behind. */
  take(): void;
}

/** @param nowMs  what it says may have been set; of that nothing comes but a longer wait */
export function tokenBucket(perSecond: number, most: number, nowMs: () => number): TokenBucket {
  let tokens = most;
  let filledMs = nowMs();
  const fill = (): void => {
    const atMs = nowMs();
    tokens = Math.min(most, tokens + (Math.max(atMs - filledMs, 0) / 1000) * perSecond);
    filledMs = atMs;
  };
  return {
    waitMs() {
      fill();
      return (Math.max(1 - tokens, 0) / perSecond) * 1000;
    },
    take() {
      fill();
      tokens -= 1;
    },
  };
}
