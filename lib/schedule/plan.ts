import type { TemplateSource } from '../analysis/templates.ts';
import { SpecError } from '../analysis/spec-error.ts';
import type { Change, EventRecord } from '../model/outcome.ts';
import { findSurplus } from './history.ts';
import { isOver, newScheduledRun, type ScheduledRun } from './run.ts';
import type { Schedule, ScheduledTemplate } from './schedule.ts';
import { wholeSeconds } from '../model/whole-seconds.ts';

/** All that a decision about one template in one namespace may look at. */
export interface SeenSchedule {
  readonly template: ScheduledTemplate;
  readonly schedule: Schedule;
  readonly namespace: string;
  /** The runs of the template in the namespace, those made by hand among them. */
  readonly runs: readonly ScheduledRun[];
  /** The newest tick that is known to have had its run, though it may be deleted by now. */
  readonly knownTick?: Date | undefined;
  readonly templates: TemplateSource;
}

/** What is to be done, in this order. Nothing of it has happened yet. */
export interface Plan {
  readonly changes: readonly Change[];
  /** The tick that gets its run now. */
  readonly tick: Date | undefined;
  /** Why the latest tick gets none, where somebody may want to know. */
  readonly skipped: Skip | undefined;
}

export interface Skip extends EventRecord {
  readonly reason: 'AlreadyActive' | 'MissSchedule' | 'FailedCreate';
}

const NOTHING: Plan = { changes: [], tick: undefined, skipped: undefined };

/**
 * Where no run tells what was before, as with a new schedule, only a tick of the last two minutes counts as missed:
 * more than the minute between two looks on AWS.
 */
const NEW_SCHEDULE_MS = 120_000;

/** Decides about the latest tick, and which old runs to delete. Pure; the same at any time between two ticks. */
export function plan(seen: SeenSchedule, now: Date): Plan {
  const { schedule, runs, template } = seen;
  const surplus = findSurplus(runs, schedule.history).map(deletionOf);
  const tick = findDueTick(seen, now);
  if (tick === undefined) return { ...NOTHING, changes: surplus };
  const lateMs = now.getTime() - tick.getTime();
  if (lateMs > schedule.startingDeadlineMs) {
    const message = `Missed the tick of ${wholeSeconds(tick)}: the starting deadline has passed`;
    return { ...NOTHING, changes: surplus, skipped: { type: 'Warning', reason: 'MissSchedule', message } };
  }
  const active = runs.filter((run) => !isOver(run));
  if (schedule.concurrency === 'Forbid' && active[0]) {
    const message = `Not starting the run of ${wholeSeconds(tick)}: ${active[0].name} is under way, and concurrency is Forbid`;
    return { ...NOTHING, changes: surplus, skipped: { type: 'Normal', reason: 'AlreadyActive', message } };
  }
  try {
    const object = newScheduledRun({ ...seen, tick, now });
    const replaced = schedule.concurrency === 'Replace' ? active.filter(({ isTerminating }) => !isTerminating) : [];
    return {
      changes: [...replaced.map(terminationOf), { verb: 'create', object }, ...surplus],
      tick,
      skipped: undefined,
    };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const message = `Cannot make a run of ${template.kind} ${template.metadata.name ?? ''}: ${error.message}`;
    return { ...NOTHING, changes: surplus, skipped: { type: 'Warning', reason: 'FailedCreate', message } };
  }
}

/**
 * The latest tick, if it has no run yet as far as the template alone can tell; without the runs, that is, and whether
 * or not it is late.
 */
export function findOpenTick(template: ScheduledTemplate, schedule: Schedule, now: Date): Date | undefined {
  if (schedule.isSuspended || template.metadata.deletionTimestamp !== undefined) return undefined;
  const { until } = schedule;
  const tick = schedule.ticks.latest(until && until < now ? until : now);
  const createdMs = Date.parse(template.metadata.creationTimestamp ?? '') || 0;
  return tick && tick.getTime() > createdMs ? tick : undefined;
}

function findDueTick({ template, schedule, runs, knownTick }: SeenSchedule, now: Date): Date | undefined {
  const tick = findOpenTick(template, schedule, now);
  if (tick === undefined) return undefined;
  const newest = findNewestTick(runs, knownTick);
  if (newest !== undefined) return tick > newest ? tick : undefined;
  return now.getTime() - tick.getTime() <= NEW_SCHEDULE_MS ? tick : undefined;
}

/** The newest tick that has had its run. */
export function findNewestTick(runs: readonly ScheduledRun[], known?: Date): Date | undefined {
  return runs.reduce<Date | undefined>((newest, { tick }) => {
    return tick && (newest === undefined || tick > newest) ? tick : newest;
  }, known);
}

/** When the template wants to be looked at next on account of its schedule; undefined: never. */
export function findNextTick({ isSuspended, ticks, until }: Schedule, now: Date): Date | undefined {
  if (isSuspended) return undefined;
  const next = ticks.next(now);
  return next && until && next > until ? undefined : next;
}

function targetOf({ namespace, name, uid }: ScheduledRun) {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', namespace, name, uid };
}

function deletionOf(run: ScheduledRun): Change {
  return { verb: 'delete', target: targetOf(run) };
}

function terminationOf(run: ScheduledRun): Change {
  return { verb: 'patch', target: targetOf(run), patch: { spec: { terminate: true } } };
}
