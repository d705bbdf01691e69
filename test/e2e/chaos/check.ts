import { hasEnded } from '../analysis-cluster.ts';
import type { Asked } from './counting-proxy.ts';
import type { Disturbance } from './disturbances.ts';
import { type InnocentsOptions, type Looked, measurementsOf } from './innocents.ts';

/** One line of the table at the end. */
export interface Check {
  readonly what: string;
  readonly seen: string;
  /** What is wrong, one by one; empty: nothing. */
  readonly faults: readonly string[];
}

/** A step that had measured has as long until its status is written. */
const WRITE_MS = 5000;
/** A process that goes on follows a clock that was set half a minute later. */
const FOLLOWS_MS = 35_000;

/** Compares what was recorded with what was asked, and with what was done meanwhile. */
export function check(
  { runs, experiments }: Looked,
  asked: readonly Asked[],
  disturbances: readonly Disturbance[],
  { count, intervalSeconds, runs: runCount, experiments: experimentCount }: InnocentsOptions,
): readonly Check[] {
  const byValue = new Map(asked.map((one) => [one.value, one]));
  const recorded = new Map<number, string>();
  const [badEnds, unasked, twice, disorder, early, late]: string[][] = [[], [], [], [], [], []];
  let shortestMs = Infinity;
  let longestMs = 0;
  let unknowable = 0;
  for (const run of runs) {
    const { name = '' } = run.metadata;
    const [result] = run.status?.metricResults ?? [];
    const measurements = measurementsOf(run);
    const end = [run.status?.phase, result?.count, result?.successful, result?.error ?? 0, measurements.length].join();
    if (end !== ['Successful', count, count, 0, count].join())
      badEnds?.push(`${name}: ${end} ${run.status?.message ?? ''}`);
    const requests = measurements.map(({ value = '' }) => {
      const number = Number(/^\[(\d+)\]$/.exec(value)?.[1]);
      const request = byValue.get(number);
      if (request?.run !== name) unasked?.push(`${name}: ${value}`);
      if (recorded.has(number)) twice?.push(`${name}: ${value}, as in ${recorded.get(number)}`);
      recorded.set(number, name);
      return request;
    });
    for (const [index, request] of requests.entries()) {
      const before = requests[index - 1];
      if (!request || !before) continue;
      const gapMs = request.atMs - before.atMs;
      if (gapMs <= 0) disorder?.push(`${name}: ${before.value}, ${request.value}`);
      longestMs = Math.max(longestMs, gapMs);
      if (gapMs >= (intervalSeconds - 1) * 1000) shortestMs = Math.min(shortestMs, gapMs);
      else if (wasLostBetween(before.atMs, request.atMs, disturbances)) unknowable += 1;
      else early?.push(`${name}: ${before.value}, ${request.value} after ${Math.round(gapMs)} ms`);
    }
  }
  for (const { metadata, status } of experiments) {
    if (status?.phase !== 'Successful') badEnds?.push(`${metadata.name}: ${status?.phase} ${status?.message ?? ''}`);
  }
  const lost = asked.filter(({ value }) => !recorded.has(value));
  for (const { run, value, atMs, endedMs } of lost) {
    const isExplained = disturbances.some(({ what, fromMs, toMs }) => {
      // A process that is killed, and one that cannot write, leave what they measured.
      if (what === 'serve killed') return fromMs >= atMs && fromMs <= endedMs + WRITE_MS;
      return what === 'API server away' && fromMs <= endedMs + WRITE_MS && toMs + WRITE_MS >= atMs;
    });
    if (!isExplained) late?.push(`${run}: request ${value}`);
  }
  const ended = runs.filter(hasEnded).length;
  return [
    {
      what: 'each ended as it should',
      seen: `${ended} of ${runCount + experimentCount} runs, ${experiments.length} of ${experimentCount} Experiments`,
      faults: [
        ...(badEnds ?? []),
        ...(runs.length === runCount + experimentCount ? [] : [`there are ${runs.length} runs`]),
      ],
    },
    {
      what: 'each measurement was asked for',
      seen: `${recorded.size} recorded, ${asked.length} requests`,
      faults: unasked ?? [],
    },
    { what: 'none was recorded twice', seen: `${twice?.length} twice`, faults: twice ?? [] },
    { what: 'all in their order', seen: `${disorder?.length} out of order`, faults: disorder ?? [] },
    {
      what: 'asked for and not recorded: at a kill alone',
      seen: `${lost.length} around kills and outages`,
      faults: late ?? [],
    },
    {
      what: `none sooner than ${intervalSeconds - 1} s after the one before`,
      seen:
        `shortest ${seconds(shortestMs)}, longest ${seconds(longestMs)}; ` +
        `${unknowable} sooner after a restart by another clock`,
      faults: early ?? [],
    },
  ];
}

/** A status tells the time of whoever wrote it: a process that begins with another clock cannot know how long ago that was. */
function wasLostBetween(fromMs: number, toMs: number, disturbances: readonly Disturbance[]): boolean {
  const isRestarted = disturbances.some(
    (one) => one.what === 'serve killed' && one.fromMs <= toMs && one.toMs >= fromMs,
  );
  const isClockSet = disturbances.some(
    (one) => one.what === 'clock set' && one.fromMs <= toMs && one.toMs + FOLLOWS_MS >= fromMs,
  );
  return isRestarted && isClockSet;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
