import type { AnalysisTemplate, ClusterAnalysisTemplate } from '../model/analysis-template.ts';
import { durationMs } from '../model/duration.ts';
import { describeValue, type Keys, type Problem, problemAt } from '../model/problem.ts';
import { didYouMean } from '../model/suggest.ts';
import { ANNOTATIONS, type ScheduleAnnotation } from './annotations.ts';
import { findMissingArgument, readArguments } from './arguments.ts';
import { type NamespaceChoice, readNamespaces } from './namespaces.ts';
import { ScheduleError } from './schedule-error.ts';
import { readTicks } from './read-ticks.ts';
import type { Ticks } from './ticks.ts';
import { readTimeZone } from './time-zone.ts';

export type ScheduledTemplate = AnalysisTemplate | ClusterAnalysisTemplate;

const CONCURRENCY = ['Allow', 'Forbid', 'Replace'] as const;
export type Concurrency = (typeof CONCURRENCY)[number];

/** What the annotations of a template ask for. */
export interface Schedule {
  /** As it is written. */
  readonly text: string;
  readonly timeZone: string;
  readonly ticks: Ticks;
  readonly args: Readonly<Record<string, string>>;
  /** Where runs are made of a ClusterAnalysisTemplate; of others it is their own namespace. */
  readonly namespaces: NamespaceChoice;
  readonly concurrency: Concurrency;
  /** How many ended runs are kept. */
  readonly history: History;
  /** How late a run may start, in milliseconds. */
  readonly startingDeadlineMs: number;
  readonly isSuspended: boolean;
  /** The last moment that may be a tick. */
  readonly until: Date | undefined;
}

export interface History {
  readonly successful: number;
  readonly failed: number;
}

/** @source successfulJobsHistoryLimit and failedJobsHistoryLimit of CronJobs */
const DEFAULT_HISTORY: History = { successful: 3, failed: 1 };

export interface ReadSchedule {
  /** Undefined where there is none, or it has errors. */
  readonly schedule: Schedule | undefined;
  readonly problems: readonly Problem[];
}

/** Whether a template has a schedule, be it a good one. */
export function hasSchedule({ metadata }: Pick<ScheduledTemplate, 'metadata'>): boolean {
  return metadata.annotations?.[ANNOTATIONS.schedule] !== undefined;
}

/** Reads the annotations of a template; never throws. */
export function readSchedule(template: ScheduledTemplate): ReadSchedule {
  const { annotations = {} } = template.metadata;
  const names = Object.keys(annotations).filter((name) => name.startsWith(ANNOTATIONS.schedule));
  if (names.length === 0) return { schedule: undefined, problems: [] };
  const problems: Problem[] = [...unknownNames(names)];
  const part = <T>(name: ScheduleAnnotation, absent: T, readPart: (text: string) => T): T => {
    const text = annotations[ANNOTATIONS[name]];
    try {
      return text === undefined ? absent : readPart(text);
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      problems.push(describeProblem(name, text, error));
      return absent;
    }
  };
  const isOfCluster = template.kind === 'ClusterAnalysisTemplate';
  const timeZone = part('timeZone', 'UTC', readTimeZone);
  const schedule: Schedule = {
    text: annotations[ANNOTATIONS.schedule] ?? '',
    timeZone,
    ticks: part('schedule', NEVER, (text) => readTicks(text, timeZone)),
    args: part('args', {}, (text) => readArguments(text, template.spec)),
    namespaces: part('namespaces', { names: [] }, readNamespaces),
    concurrency: part('concurrency', 'Forbid', readConcurrency),
    history: part('history', DEFAULT_HISTORY, readHistory),
    startingDeadlineMs: part('startingDeadline', Infinity, readDeadline),
    isSuspended: part('suspend', false, readFlag),
    until: part('until', undefined, readUntil),
  };
  problems.push(...misplaced(annotations, isOfCluster), ...missingArgument(template, schedule.args));
  const isSound = hasSchedule(template) && problems.every(({ severity }) => severity !== 'error');
  return { schedule: isSound ? schedule : undefined, problems };
}

/** What is wrong with the schedule of a template: errors keep it from running, warnings do not. */
export function checkSchedule(template: ScheduledTemplate): readonly Problem[] {
  return readSchedule(template).problems;
}

const NEVER: Ticks = { next: () => undefined, latest: () => undefined };

function keysOf(annotation: string): Keys {
  return ['metadata', 'annotations', annotation];
}

function describeProblem(name: ScheduleAnnotation, text: string | undefined, error: ScheduleError): Problem {
  const keys = keysOf(ANNOTATIONS[name]);
  // Arguments may hold what nobody should read.
  const value = name === 'args' ? undefined : text;
  const message = value === undefined ? error.message : `${describeValue(value, keys)}: ${error.message}`;
  return problemAt(keys, { message, value, hint: error.hint });
}

function unknownNames(names: readonly string[]): Problem[] {
  const known: readonly string[] = Object.values(ANNOTATIONS);
  return names
    .filter((name) => !known.includes(name))
    .map((name) =>
      problemAt(keysOf(name), {
        message: `unknown annotation${didYouMean(name, known)}`,
        hint: `known: ${known.join(', ')}`,
        severity: 'warning',
      }),
    );
}

/** Annotations that do nothing alone, or on the other kind of template; and the one that only this kind needs. */
function misplaced(annotations: Readonly<Record<string, string>>, isOfCluster: boolean): Problem[] {
  const hasNamespaces = annotations[ANNOTATIONS.namespaces] !== undefined;
  if (annotations[ANNOTATIONS.schedule] === undefined) {
    const message = `there is no schedule: ${ANNOTATIONS.schedule} is missing`;
    return [problemAt(keysOf(ANNOTATIONS.schedule), { message, severity: 'warning' })];
  }
  if (isOfCluster && !hasNamespaces) {
    const hint = 'name the namespaces to run in: "shop,checkout", or a label selector such as "team=web"';
    return [problemAt(keysOf(ANNOTATIONS.namespaces), { message: 'required, but missing', hint })];
  }
  if (isOfCluster || !hasNamespaces) return [];
  const message = 'an AnalysisTemplate runs in its own namespace only';
  return [problemAt(keysOf(ANNOTATIONS.namespaces), { message, hint: 'leave it out', severity: 'warning' })];
}

function missingArgument({ metadata, spec }: ScheduledTemplate, args: Schedule['args']): Problem[] {
  const isAsked = metadata.annotations?.[ANNOTATIONS.schedule] !== undefined;
  const missing = isAsked ? findMissingArgument(spec, args) : undefined;
  if (missing === undefined) return [];
  const { message, hint } = missing;
  return [problemAt(keysOf(ANNOTATIONS.args), { message, hint })];
}

function readConcurrency(text: string): Concurrency {
  const found = CONCURRENCY.find((word) => word === text);
  if (found === undefined) {
    throw new ScheduleError(`unknown word${didYouMean(text, CONCURRENCY)}`, `known: ${CONCURRENCY.join(', ')}`);
  }
  return found;
}

function readHistory(text: string): History {
  const history: { successful: number; failed: number } = { ...DEFAULT_HISTORY };
  for (const part of text.split(',')) {
    const [, name, digits] = /^\s*(successful|failed)\s*=\s*([0-9]{1,4})\s*$/.exec(part) ?? [];
    if (name !== 'successful' && name !== 'failed') {
      throw new ScheduleError('no limits', 'write successful=3,failed=1, with numbers from 0 to 9999');
    }
    history[name] = Number(digits);
  }
  return history;
}

function readDeadline(text: string): number {
  let ms: number;
  try {
    ms = durationMs(text);
  } catch (error) {
    const hint = /^[0-9]+$/.test(text) ? `give it a unit: "${text}s"` : 'write a duration such as 10m';
    throw new ScheduleError(error instanceof Error ? error.message : 'no duration', hint);
  }
  if (ms <= 0) throw new ScheduleError('expected a duration of more than nothing', 'write a duration such as 10m');
  return ms;
}

function readFlag(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new ScheduleError('expected "true" or "false"');
}

/** RFC 3339. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function readUntil(text: string): Date {
  const at = new Date(text);
  if (TIME.test(text) && !Number.isNaN(at.getTime())) return at;
  throw new ScheduleError('expected a time', 'write it as 2026-12-31T23:59:59Z');
}
