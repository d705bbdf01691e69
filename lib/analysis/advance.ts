import type { AnalysisRun, AnalysisRunStatus } from '../model/analysis-run.ts';
import { isAbsent } from '../model/empty.ts';
import { LIMITS } from '../model/limits.ts';
import type { Change, Outcome } from '../model/outcome.ts';
import { assess, runEvent } from './assess.ts';
import { cutAndCount } from '../model/cut.ts';
import { withinBounds } from './bounds.ts';
import type { Due } from './due.ts';
import { findNextAt } from './due.ts';
import { isFinished } from './phases.ts';
import type { Measured } from './record.ts';
import { record } from './record.ts';
import type { Collected } from './retention.ts';
import { trim } from './retention.ts';
import { inSeconds, toStored } from './times.ts';
import { isTtlExceeded, ttlExpiresAt } from './ttl.ts';

/** A run, and what was measured of it. */
export interface MeasuredRun {
  readonly object: AnalysisRun;
  readonly due: Due;
  readonly measured: readonly Measured[];
  readonly collected: readonly Collected[];
}

/**
 * What measurements make of a run, as Argo's controller has it. Its `nextAt` is Argo's too: when time alone will bring
 * something, told from times that have their fractions still.
 *
 * @source reconcileAnalysisRun in analysis/analysis.go of argoproj/argo-rollouts
 */
export function advanceRun(
  { object: run, due, measured, collected }: MeasuredRun,
  now: Date,
): Outcome<AnalysisRunStatus> {
  if (due.is === 'finished') return rest(run, now);
  if (due.is === 'refused') return refuse(run, due.message, now);

  const { prepared, secretValues } = due;
  const results = record(run.status?.metricResults ?? [], measured, prepared, secretValues, now);
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

/**
 * Nothing that was measured so far is touched. Unlike in Argo, a time of completion is set where a time to live counts
 * from it: such a run would stay for ever.
 */
function refuse(run: AnalysisRun, message: string, now: Date): Outcome<AnalysisRunStatus> {
  const hasTtl = !isAbsent(run.spec.ttlStrategy?.secondsAfterCompletion);
  const status: AnalysisRunStatus = {
    runSummary: {},
    ...(hasTtl && { completedAt: inSeconds(now.toISOString()) }),
    ...run.status,
    phase: 'Error',
    message: cutAndCount(message, LIMITS.messageCharacters),
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
