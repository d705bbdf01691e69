import { isFinished } from '../analysis/phases.ts';
import type { AnalysisRun, Measurement, MetricResult } from '../model/analysis-run.ts';

/** Something that happened between two looks at a run. */
export interface RunChange {
  /** Name of the metric, or none where it is about the run. */
  readonly metric?: string;
  /** `measured` is one measurement; the others are about the metric or run as a whole. */
  readonly what: 'started' | 'measuring' | 'measured' | 'ended';
  readonly phase: string;
  /** The value measured. */
  readonly value?: string;
  readonly message?: string;
}

/** What happened to a run since it was last looked at, in the order in which it is to be told. */
export function changesOf(before: AnalysisRun | undefined, after: AnalysisRun): RunChange[] {
  const known = new Map(before?.status?.metricResults?.map((result) => [result.name, result]));
  const changes: RunChange[] = [];
  const { phase = '', message } = after.status ?? {};
  if (before?.status?.startedAt === undefined && after.status?.startedAt !== undefined) {
    changes.push({ what: 'started', phase });
  }
  for (const result of after.status?.metricResults ?? []) {
    changes.push(...metricChanges(known.get(result.name), result));
  }
  if (isFinished(phase) && before?.status?.phase !== phase) {
    changes.push({ what: 'ended', phase, ...withText({ message }) });
  }
  return changes;
}

function metricChanges(before: MetricResult | undefined, after: MetricResult): RunChange[] {
  const { name: metric, measurements = [] } = after;
  const ended = measurements.filter(({ finishedAt }) => finishedAt !== undefined);
  const isNew = totalOf(after) - totalOf(before);
  const changes: RunChange[] = isNew > 0 ? ended.slice(-isNew).map((one) => measured(metric, one)) : [];
  const last = measurements.at(-1);
  if (last && last.finishedAt === undefined && last.startedAt !== before?.measurements?.at(-1)?.startedAt) {
    changes.push({ metric, what: 'measuring', phase: last.phase, ...withText(last) });
  }
  if (isFinished(after.phase) && before?.phase !== after.phase) {
    changes.push({ metric, what: 'ended', phase: after.phase, ...withText({ message: after.message }) });
  }
  return changes;
}

/** How many measurements have ended, also those that the status no longer holds. */
function totalOf(result: MetricResult | undefined): number {
  return (result?.count ?? 0) + (result?.error ?? 0);
}

function measured(metric: string, measurement: Measurement): RunChange {
  return { metric, what: 'measured', phase: measurement.phase, ...withText(measurement) };
}

function withText({ value, message }: { value?: string | undefined; message?: string | undefined }) {
  return { ...(value && { value }), ...(message && { message }) };
}
