import { formatted } from '../expression/go/formatted.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Experiment } from '../model/experiment.ts';
import type { OutcomeEvent } from '../model/outcome.ts';
import type { Rollout } from '../model/rollout.ts';
import type { PauseCondition, PauseReason, RolloutStatus } from '../model/rollout-status.ts';
import type { Writes } from '../workload/writes.ts';
import type { Claim } from './claim.ts';
import type { Intent } from './intent.ts';
import type { SeenRollout, Service } from './seen.ts';
import type { Versions } from './versions.ts';

/** A longer wait is left to the next look at the Rollout, which comes at least this often. */
export const RESYNC_MS = 900_000;

/** The runs that a status names. */
export interface CurrentRuns {
  readonly step?: AnalysisRun | undefined;
  readonly background?: AnalysisRun | undefined;
  readonly prePromotion?: AnalysisRun | undefined;
  readonly postPromotion?: AnalysisRun | undefined;
}

/** A decision in the making: what it is about, and what it has come to so far. */
export interface Work {
  readonly seen: SeenRollout;
  readonly now: Date;
  /** As it was stored, with the template that `workloadRef` names; its annotations are kept up to date. */
  rollout: Rollout;
  /** Whether the template comes from elsewhere. */
  readonly isResolved: boolean;
  readonly claim: Claim;
  versions: Versions;
  readonly currentRuns: CurrentRuns;
  readonly otherRuns: readonly AnalysisRun[];
  readonly experiment: Experiment | undefined;
  readonly otherExperiments: readonly Experiment[];
  /** Whether the latest ReplicaSet was still waiting to be scaled down when this was looked at. */
  readonly isLatestWaiting: boolean;
  /** Those that were switched in this step, by name. */
  readonly services: Map<string, Service>;
  /** What routers say of load balancers; undefined: nothing new. */
  loadBalancers?: Pick<RolloutStatus, 'alb' | 'albs'>;
  /** Whether target groups lack pods of the Service that is active now: then the update is not over. */
  lacksTargets?: boolean;
  readonly intent: Intent;
  readonly writes: Writes;
  readonly events: OutcomeEvent[];
  /** Times, in milliseconds since 1970, at which something wants to be looked at again. */
  readonly wakesMs: number[];
}

/** A time to the millisecond; statuses are cut to whole seconds at the very end. */
export function timeOf(now: Date): string {
  return now.toISOString();
}

export function statusOf({ status = {} }: Rollout): RolloutStatus {
  return status;
}

/** Adds an event. Messages arrive as Argo's do, which takes them for formats. */
export function warn({ events }: Work, reason: string, message: string): void {
  events.push({ type: 'Warning', reason, message: formatted(message) });
}

export function note({ events }: Work, reason: string, message: string): void {
  events.push({ type: 'Normal', reason, message });
}

export function wakeAfter({ wakesMs, now }: Work, delayMs: number): void {
  wakesMs.push(now.getTime() + delayMs);
}

export function findPause({ pauseConditions = [] }: RolloutStatus, reason: PauseReason): PauseCondition | undefined {
  return pauseConditions.find((pause) => pause.reason === reason);
}

/** Whether nothing about pods may change: somebody paused the Rollout, or an analysis could not tell. */
export function isHalted({ spec, status = {} }: Rollout): boolean {
  return spec.paused === true || findPause(status, 'InconclusiveAnalysisRun') !== undefined;
}
