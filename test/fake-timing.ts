import { setImmediate as turn } from 'node:timers/promises';
import type { FollowTiming } from '../lib/clusters/store/follow.ts';

/** Of watches on the fake clock; a pause ends early with the signal, as the real one does. */
export const fakeTiming: FollowTiming = {
  sleep: (ms, signal) =>
    new Promise<void>((resolve) => {
      setTimeout(resolve, ms);
      signal.addEventListener('abort', () => resolve());
    }),
  random: () => 0.5,
  nowMs: () => Date.now(),
  pause: turn,
};
