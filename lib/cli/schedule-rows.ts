import type { TemplateSource } from '../analysis/templates.ts';
import { formatProblem } from '../model/problem.ts';
import { findNextTick, plan } from '../schedule/plan.ts';
import type { ScheduledRun } from '../schedule/run.ts';
import { ANNOTATIONS } from '../schedule/annotations.ts';
import { readSchedule, type Schedule, type ScheduledTemplate } from '../schedule/schedule.ts';
import { phaseText } from './phase-style.ts';
import { printable } from './printable.ts';
import { wholeSeconds } from '../model/whole-seconds.ts';

/** How a schedule stands; times as Kubernetes writes them. */
export interface ScheduleRow {
  readonly kind: string;
  /** Absent for a ClusterAnalysisTemplate. */
  readonly namespace?: string;
  readonly name: string;
  readonly schedule: string;
  readonly timeZone: string;
  readonly suspended: boolean;
  readonly lastRun?: {
    readonly namespace: string;
    readonly name: string;
    readonly tick?: string;
    readonly phase: string;
  };
  readonly nextTick?: string;
  /** Why there is no run of the latest tick, or none to come. */
  readonly skipped?: string;
}

export interface ListedSchedule {
  readonly template: ScheduledTemplate;
  /** Of the template. */
  readonly runs: readonly ScheduledRun[];
  /** Where it runs; undefined: that may not be asked for. */
  readonly namespaces: readonly string[] | undefined;
  readonly templates: TemplateSource;
}

/** What there is to say of a schedule. */
export function scheduleRow(listed: ListedSchedule, now: Date): ScheduleRow {
  const { kind, metadata } = listed.template;
  const { schedule } = readSchedule(listed.template);
  const last = findLast(listed.runs);
  const next = schedule && findNextTick(schedule, now);
  const skipped = findReason(listed, schedule, next, now);
  return {
    kind,
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    name: metadata.name ?? '',
    schedule: metadata.annotations?.[ANNOTATIONS.schedule] ?? '',
    timeZone: metadata.annotations?.[ANNOTATIONS.timeZone] ?? 'UTC',
    suspended: metadata.annotations?.[ANNOTATIONS.suspend] === 'true',
    ...(last && { lastRun: last }),
    ...(next && { nextTick: wholeSeconds(next) }),
    ...(skipped !== undefined && { skipped }),
  };
}

function findLast(runs: readonly ScheduledRun[]): ScheduleRow['lastRun'] | undefined {
  const last = runs.toSorted((a, b) => atMs(a) - atMs(b)).at(-1);
  if (last === undefined) return undefined;
  const { namespace, name, tick, phase } = last;
  return { namespace, name, ...(tick && { tick: wholeSeconds(tick) }), phase: phase === '' ? 'Pending' : phase };
}

function atMs({ tick, createdMs }: ScheduledRun): number {
  return tick?.getTime() ?? createdMs;
}

function findReason(
  { template, runs, namespaces, templates }: ListedSchedule,
  schedule: Schedule | undefined,
  next: Date | undefined,
  now: Date,
): string | undefined {
  const { problems } = readSchedule(template);
  if (schedule === undefined) return `invalid: ${problems.map(formatProblem).join('; ')}`;
  if (schedule.isSuspended) return 'suspended';
  if (namespaces === undefined) return 'namespaces may not be listed';
  if (namespaces.length === 0) return 'no namespace is selected';
  for (const namespace of namespaces) {
    const own = runs.filter((run) => run.namespace === namespace);
    const { skipped, tick } = plan({ template, schedule, namespace, runs: own, templates }, now);
    if (skipped) return skipped.message;
    if (tick) return `the run of ${wholeSeconds(tick)} is not made yet`;
  }
  if (next === undefined) return schedule.until ? `ended at ${wholeSeconds(schedule.until)}` : 'it has no tick to come';
  return undefined;
}

const HEADER = ['NAMESPACE', 'TEMPLATE', 'SCHEDULE', 'ZONE', 'LAST RUN', 'VERDICT', 'NEXT TICK', 'NOTE'];

/** A line of cells a schedule, below their header. */
export function scheduleCells(rows: readonly ScheduleRow[]): string[][] {
  const lines = rows.map(({ namespace, name, schedule, timeZone, lastRun, nextTick, skipped }) => [
    namespace ?? '(cluster)',
    name,
    schedule,
    timeZone,
    lastRun?.name ?? '',
    lastRun ? phaseText(lastRun.phase) : '',
    nextTick ?? '',
    skipped ?? '',
  ]);
  return [HEADER, ...lines.map((cells) => cells.map(printable))];
}
