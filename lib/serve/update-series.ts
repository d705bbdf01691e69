import { Histogram, type Registry } from 'prom-client';
import type { RolloutDurationStatus, RolloutStatus } from '../model/rollout-status.ts';

/** How long the updates of Rollouts took: series of each way in which they end, as many as there are Rollouts. */
export interface UpdateSeries {
  /** A Rollout's status has changed. */
  changed(cluster: string, before: RolloutStatus, after: RolloutStatus): void;
  /** Of the registry, in their order. */
  readonly names: readonly string[];
}

const MINUTES = [30, 60, 120, 300, 600];
const HOURS = [1800, 3600, 7200, 14_400, 28_800];

/** @source NewMetricsServer and EmitRolloutDuration in controller/metrics/metrics.go of argoproj/argo-rollouts */
export function updateSeries(register: Registry): UpdateSeries {
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, labelNames: ['cluster', 'status'], buckets, registers: [register] });
  const total = histogram('rollout_duration_seconds', 'From the start of an update to its end.', [
    ...MINUTES,
    1200,
    ...HOURS,
  ]);
  const progression = histogram('rollout_progression_duration_seconds', 'The same, without waiting for somebody.', [
    ...MINUTES,
    900,
    1800,
    3600,
  ]);
  const pause = histogram('rollout_manual_pause_duration_seconds', 'How long an update waited for somebody.', [
    0,
    60,
    300,
    600,
    ...HOURS,
  ]);
  return {
    changed(cluster, before, after) {
      const ended = endedBetween(before.duration, after.duration);
      if (!ended) return;
      const { status, totalSeconds, pauseSeconds } = ended;
      total.observe({ cluster, status }, totalSeconds);
      progression.observe({ cluster, status }, totalSeconds - pauseSeconds);
      pause.observe({ cluster, status }, pauseSeconds);
    },
    names: [
      'rollout_duration_seconds',
      'rollout_progression_duration_seconds',
      'rollout_manual_pause_duration_seconds',
    ],
  };
}

interface Ended {
  readonly status: string;
  readonly totalSeconds: number;
  readonly pauseSeconds: number;
}

/** The update that was under way, and has ended: it says so itself, or another one has taken its place. */
function endedBetween(before: RolloutDurationStatus = {}, after: RolloutDurationStatus = {}): Ended | undefined {
  const { rolloutStartedAt: started, finishedAt: over, totalManualPauseDurationSeconds: paused = 0 } = before;
  if (started === undefined || over !== undefined) return undefined;
  if (after.rolloutStartedAt !== undefined && after.rolloutStartedAt !== started) {
    const sinceSeconds = secondsBetween(before.manualPauseStartedAt ?? after.rolloutStartedAt, after.rolloutStartedAt);
    const totalSeconds = secondsBetween(started, after.rolloutStartedAt);
    return { status: 'Superseded', totalSeconds, pauseSeconds: paused + sinceSeconds };
  }
  const { finishedAt, completionStatus: status = '', totalManualPauseDurationSeconds: pauseSeconds = 0 } = after;
  if (finishedAt === undefined || status === '') return undefined;
  return { status, totalSeconds: secondsBetween(started, finishedAt), pauseSeconds };
}

function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
