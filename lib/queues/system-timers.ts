import type { Timers } from '../model/timers.ts';

/** Those of this process. */
export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
