import type { AnalysisRun, AnalysisRunStatus } from '../model/analysis-run.ts';
import { LIMITS } from '../model/limits.ts';
import type { Change, Outcome } from '../model/outcome.ts';
import { assess, runEvent } from './assess.ts';
import { cut, withinBounds } from './bounds.ts';
import type { Due } from './due.ts';
import { findNextAt } from './due.ts';
import { isFinished } from './phases.ts';
import type { Taken } from './record.ts';
import { record } from './record.ts';
import type { Collected } from './retention.ts';
import { trim } from './retention.ts';
import { toStored } from './times.ts';
import { isTtlExceeded, ttlExpiresAt } from './ttl.ts';

/**
 * All a decision may look at. It is gathered in this order, each step with what the ones before it gave:
 *
 * 1. `secretsNeeded(object)`: the secrets to read;
 * 2. `findDue(object, secrets, now)`: the measurements to take; their providers answer with a Reading that
 *    `measurementOf` turns into a measurement, or cannot be set up, which `unavailable` does;
 * 3. `findCollections(object, due, taken)`: what providers are to remove.
 */
export interface SeenRun {
  readonly object: AnalysisRun;
  readonly due: Due;
  readonly taken: readonly Taken[];
  readonly collected: readonly Collected[];
}

/**
 * Decides what an AnalysisRun becomes. Pure: the clock is an argument and nothing is written.
 * @source reconcileAnalysisRun in analysis/analysis.go of argoproj/argo-rollouts
 */
export function reconcileAnalysisRun(
  { object: run, due, taken, collected }: SeenRun,
  now: Date,
): Outcome<AnalysisRunStatus> {
  if (due.is === 'finished') return rest(run, now);
  if (due.is === 'refused') return refuse(run, due.message);

  const { prepared, secretValues } = due;
  const results = record(run.status?.metricResults ?? [], taken, prepared, secretValues, now);
  const { status, events } = assess(run, prepared, results, now);
  const trimmed = trim(status, collected);
  const nextAt = findNextAt(prepared.metrics, trimmed, now);
  return settle(run, { status: withinBounds(toStored(trimmed)), nextAt, events, changes: [] });
}

/** A finished run only waits for the end of its time to live. */
function rest(run: AnalysisRun, now: Date): Outcome<AnalysisRunStatus> {
  const { deletionTimestamp } = run.metadata;
  const isDoomed = deletionTimestamp === undefined && isTtlExceeded(run, now);
  const changes = isDoomed ? [deletion(run)] : [];
  return settle(run, { status: run.status ?? { phase: '' }, nextAt: undefined, events: [], changes });
}

/** Nothing that was measured so far is touched, and no time of completion is set: such a run has no time to live. */
function refuse(run: AnalysisRun, message: string): Outcome<AnalysisRunStatus> {
  const status: AnalysisRunStatus = {
    runSummary: {},
    ...run.status,
    phase: 'Error',
    message: cut(message, LIMITS.messageCharacters),
  };
  return settle(run, { status, nextAt: undefined, events: [runEvent('Error')], changes: [] });
}

function settle(run: AnalysisRun, outcome: Outcome<AnalysisRunStatus>): Outcome<AnalysisRunStatus> {
  const after = { ...run, status: outcome.status };
  return { ...outcome, finished: isFinished(outcome.status.phase) && ttlExpiresAt(after) === undefined };
}

function deletion({ metadata }: AnalysisRun): Change {
  const { namespace = '', name = '', uid } = metadata;
  const target = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', namespace, name };
  return { verb: 'delete', target: uid === undefined ? target : { ...target, uid } };
}
