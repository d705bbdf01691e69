import { parseDuration } from '../../model/duration.ts';
import type { RolloutPause } from '../../model/canary-step.ts';
import { integer32Of } from '../integers.ts';

/**
 * How long a pause takes, in whole seconds; undefined: until somebody promotes. What cannot be read is over at once.
 * @source DurationSeconds of RolloutPause in pkg/apis/rollouts/v1alpha1/types.go of argoproj/argo-rollouts
 */
export function pauseSeconds(pause: RolloutPause | undefined): number | undefined {
  const duration = pause?.duration;
  if (duration === undefined || typeof duration === 'number') return duration;
  const seconds = integer32Of(duration);
  if (seconds !== undefined) return seconds;
  try {
    return Number(parseDuration(duration) / 1_000_000_000n);
  } catch {
    return -1;
  }
}
