import { pastMs } from '../model/moment.ts';
import { RESYNC_MS, wakeAfter, type Work } from './work.ts';

/**
 * Looks again when a time is over; at its very end, not again.
 * @source checkEnqueueRolloutDuringWait in rollout/pause.go of argoproj/argo-rollouts
 */
export function wakeAtEnd(work: Work, since: string, seconds: number): void {
  const leftMs = pastMs(since, work.now) + seconds * 1000 - work.now.getTime();
  if (leftMs > 0 && leftMs < RESYNC_MS) wakeAfter(work, leftMs);
}
