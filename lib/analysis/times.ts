import type { AnalysisRunStatus, MetricResult } from '../model/analysis-run.ts';
import { wholeSeconds } from '../model/whole-seconds.ts';

/**
 * Times within one look at a run are what the clock and the providers say, to the millisecond; a status keeps whole
 * seconds. So what is due next, told right after a measurement, is up to a second later than what the stored status
 * says the next time. Argo does the same.
 */

/** A stored or fresh time in milliseconds since 1970. */
export function msOf(time: string): number {
  return Date.parse(time);
}

/** How long a time in whole seconds is, as nearly all are that come from a status: 2026-11-05T10:00:00Z */
const WHOLE_SECONDS = 20;

/** A time without its fraction, as statuses keep it. What is no time stays as it is. */
export function inSeconds(time: string): string {
  const ms = msOf(time);
  if (time.length === WHOLE_SECONDS || Number.isNaN(ms)) return time;
  return wholeSeconds(ms);
}

/** A status as it is kept. Of the measurements only the newest can be fresh. */
export function toStored(status: AnalysisRunStatus): AnalysisRunStatus {
  return {
    ...status,
    ...inWholeSeconds(status, ['startedAt', 'completedAt']),
    ...(status.metricResults !== undefined && { metricResults: status.metricResults.map(withStoredTimes) }),
  };
}

function withStoredTimes(result: MetricResult): MetricResult {
  const { measurements = [] } = result;
  const newest = measurements.at(-1);
  if (newest === undefined) return result;
  const times = inWholeSeconds(newest, ['startedAt', 'finishedAt', 'resumeAt']);
  if (Object.keys(times).length === 0) return result;
  return { ...result, measurements: [...measurements.slice(0, -1), { ...newest, ...times }] };
}

/** The times among these fields that have fractions, without them. */
function inWholeSeconds<Name extends string>(
  fields: { readonly [Field in Name]?: string },
  names: readonly Name[],
): { readonly [Field in Name]?: string } {
  const times: { [Field in Name]?: string } = {};
  for (const name of names) {
    const time = fields[name];
    if (time !== undefined && time.length !== WHOLE_SECONDS) times[name] = inSeconds(time);
  }
  return times;
}
