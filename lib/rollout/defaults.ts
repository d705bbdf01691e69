import type { Rollout, RolloutSpec } from '../model/rollout.ts';

/**
 * What holds where a Rollout says nothing.
 * @source utils/defaults/defaults.go of argoproj/argo-rollouts
 */
type Asked = { readonly spec: RolloutSpec };

const DEADLINE_SECONDS = 600;
const DELAY_SECONDS = 30;
const REVISIONS_KEPT = 10;
const RUNS_KEPT = 5;
const FULL_WEIGHT = 100;

/** Pods to run. */
export function replicasOf({ spec }: Asked): number {
  return spec.replicas ?? 1;
}

/** Seconds without progress that are tolerated. */
export function progressDeadlineSeconds({ spec }: Asked): number {
  return spec.progressDeadlineSeconds ?? DEADLINE_SECONDS;
}

/** Old ReplicaSets to keep. */
export function revisionHistoryLimit({ spec }: Asked): number {
  return spec.revisionHistoryLimit ?? REVISIONS_KEPT;
}

/** Finished AnalysisRuns, and Experiments, to keep. */
export function runHistoryLimits({ spec }: Asked): { readonly successful: number; readonly unsuccessful: number } {
  return {
    successful: spec.analysis?.successfulRunHistoryLimit ?? RUNS_KEPT,
    unsuccessful: spec.analysis?.unsuccessfulRunHistoryLimit ?? RUNS_KEPT,
  };
}

/** Seconds that old pods outlive their traffic. None for a canary whose traffic goes by the number of pods. */
export function scaleDownDelaySeconds({ spec }: Asked): number {
  const { canary, blueGreen } = spec.strategy ?? {};
  if (canary?.trafficRouting !== undefined) return canary.scaleDownDelaySeconds ?? DELAY_SECONDS;
  return blueGreen === undefined ? 0 : (blueGreen.scaleDownDelaySeconds ?? DELAY_SECONDS);
}

/** Old ReplicaSets that may wait for their scale-down; undefined: any number. */
export function scaleDownRevisionLimit({ spec }: Asked): number | undefined {
  const { canary, blueGreen } = spec.strategy ?? {};
  return (blueGreen ?? canary)?.scaleDownDelayRevisionLimit;
}

/** How long the new pods outlive an abort. */
export interface AbortDelay {
  /** Undefined: for ever. */
  readonly seconds: number | undefined;
  /** Whether the Rollout says so itself. */
  readonly isExplicit: boolean;
}

/** None for a canary whose traffic goes by the number of pods. */
export function abortScaleDownDelay({ spec }: Asked): AbortDelay {
  const { canary, blueGreen } = spec.strategy ?? {};
  const strategy = blueGreen ?? (canary?.trafficRouting === undefined ? undefined : canary);
  if (strategy === undefined) return { seconds: 0, isExplicit: false };
  const said = strategy.abortScaleDownDelaySeconds;
  return { seconds: said === 0 ? undefined : (said ?? DELAY_SECONDS), isExplicit: said !== undefined };
}

/** Whether the new pods of an aborted update stay for a time that the Rollout says: neither for ever nor by default. */
export function hasExplicitAbortDelay(rollout: Asked): boolean {
  const { seconds, isExplicit } = abortScaleDownDelay(rollout);
  return isExplicit && seconds !== undefined;
}

/** Whether nobody has to promote the pods of a blue-green update. */
export function isPromotedAutomatically({ spec }: Asked): boolean {
  return spec.strategy?.blueGreen?.autoPromotionEnabled ?? true;
}

/** The weight that all traffic together has. */
export function maxTrafficWeight({ spec }: Pick<Rollout, 'spec'>): number {
  return spec.strategy?.canary?.trafficRouting?.maxTrafficWeight ?? FULL_WEIGHT;
}
