import type { AnalysisRun } from '../model/analysis-run.ts';
import { isAbsent } from '../model/empty.ts';
import { isFinished } from './phases.ts';
import { msOf } from './times.ts';

/**
 * Whether a finished run has outlived its time to live: whole seconds since it ended *exceed* the limit. A run without
 * `completedAt` never does.
 *
 * @source isAnalysisRunTtlExceeded in analysis/analysis.go of argoproj/argo-rollouts
 */
export function isTtlExceeded(run: AnalysisRun, now: Date): boolean {
  const ttl = ttlSeconds(run);
  const completedAt = run.status?.completedAt;
  if (ttl === undefined || isAbsent(completedAt)) return false;
  const passedSeconds = (now.getTime() - msOf(completedAt)) / 1000;
  return Math.trunc(passedSeconds) > ttl;
}

/** The first moment at which the run is to be deleted; undefined: it is not finished, or it may stay. */
export function ttlExpiresAt(run: AnalysisRun): Date | undefined {
  const ttl = ttlSeconds(run);
  const completedAt = run.status?.completedAt;
  if (ttl === undefined || isAbsent(completedAt)) return undefined;
  return new Date(msOf(completedAt) + Math.max(ttl + 1, 0) * 1000);
}

/** The limit for how the run ended, even where it is longer than the general one. */
function ttlSeconds({ spec, status }: AnalysisRun): number | undefined {
  const { ttlStrategy } = spec;
  if (isAbsent(ttlStrategy) || !isFinished(status?.phase)) return undefined;
  const { secondsAfterSuccess, secondsAfterFailure, secondsAfterCompletion } = ttlStrategy;
  if (status?.phase === 'Successful') return secondsAfterSuccess ?? secondsAfterCompletion ?? undefined;
  if (status?.phase === 'Failed') return secondsAfterFailure ?? secondsAfterCompletion ?? undefined;
  return secondsAfterCompletion ?? undefined;
}
