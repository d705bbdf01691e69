import type { PauseReason, RolloutStatus } from '../model/rollout-status.ts';

/** What a decision has come to about pausing and aborting, before it is told in a status. */
export interface Intent {
  readonly pauses: PauseReason[];
  readonly resumes: PauseReason[];
  /** All reasons to pause are forgotten. */
  clearsPauses: boolean;
  /** Why the update is to be aborted; undefined: it is not, but may have been before. */
  aborts: string | undefined;
  /** An abort is forgotten, an earlier one and one of this decision. */
  dropsAbort: boolean;
}

export function noIntent(): Intent {
  return { pauses: [], resumes: [], clearsPauses: false, aborts: undefined, dropsAbort: false };
}

export function isAborted(intent: Intent, status: RolloutStatus): boolean {
  return !intent.dropsAbort && (intent.aborts !== undefined || status.abort === true);
}

/** Starts anew: neither paused nor aborted. */
export function forgetPauses(intent: Intent): void {
  intent.clearsPauses = true;
  intent.dropsAbort = true;
}

type PauseFields = Pick<RolloutStatus, 'abort' | 'abortedAt' | 'controllerPause' | 'pauseConditions'>;

/**
 * What the status says of pauses and aborts then.
 * @source CalculatePauseStatus in rollout/pause.go of argoproj/argo-rollouts
 */
export function pauseFields(intent: Intent, before: RolloutStatus, now: string): PauseFields {
  if (isAborted(intent, before)) return { abort: true, abortedAt: before.abortedAt ?? now };
  if (intent.clearsPauses) return {};
  const old = before.pauseConditions ?? [];
  const added = intent.pauses.filter((reason) => !old.some((pause) => pause.reason === reason));
  const pauseConditions = [
    ...old.filter(({ reason }) => !intent.resumes.includes(reason)),
    ...added.map((reason) => ({ reason, startTime: now })),
  ];
  if (pauseConditions.length === 0) return {};
  const controllerPause = before.controllerPause === true || added.length > 0;
  return { ...(controllerPause && { controllerPause }), pauseConditions };
}
