import { isObject } from './is-object.ts';
import type { AnyStatus } from './kind.ts';
import type { Outcome } from './outcome.ts';
import type { ResourceKind } from './resources.ts';
import { wholeSeconds } from './whole-seconds.ts';
import { cut } from './cut.ts';

/** Characters that are left of a text. */
const LONGEST = 1000;

/**
 * What becomes of an outcome whose status an API server finds too large, the fullest first: without what was measured
 * and with its texts cut, without measurements, and with nothing but how it ended. A verdict stands; what has none yet
 * ends with Error, since its status would only grow, and each step would measure again what cannot be kept. The status
 * of what is never over does not grow: it goes on, with its texts cut.
 *
 * @param ends  the phases in which an object of this kind is over
 */
export function* smallerOutcomes(
  kind: ResourceKind,
  outcome: Outcome<AnyStatus>,
  now: Date,
  ends: readonly string[],
): Generator<Outcome<AnyStatus>, void, undefined> {
  const isOver = ends.length === 0 || ends.includes(outcome.status.phase ?? '');
  const ended = isOver ? outcome : endWithError(kind, outcome, now);
  const { metricResults, ...rest } = ended.status as Status;
  const short: Status = cutTexts(rest);
  if (Array.isArray(metricResults)) {
    const results: readonly unknown[] = metricResults;
    for (const lighten of [withoutValues, withoutMeasurements]) {
      const status: Status = { ...short, metricResults: results.map((result) => cutTexts(lighten(result))) };
      yield { ...ended, status };
    }
  }
  yield { ...ended, status: short };
}

type Status = AnyStatus & Readonly<Record<string, unknown>>;

function endWithError(kind: ResourceKind, outcome: Outcome<AnyStatus>, now: Date): Outcome<AnyStatus> {
  const bytes = new TextEncoder().encode(JSON.stringify(outcome.status)).length;
  const message = `the status has ${bytes} bytes: with the rest of the object that is more than the API server takes`;
  const completedAt = kind === 'AnalysisRun' ? { completedAt: wholeSeconds(now) } : {};
  const status: Status = { ...outcome.status, ...completedAt, phase: 'Error', message };
  return {
    ...outcome,
    status,
    // What an end asks for is the business of the next look.
    nextAt: now,
    finished: false,
    events: [...outcome.events, { type: 'Warning', reason: `${kind}Error`, message }],
  };
}

/** A result of a metric with when its measurements were taken and how they ended, but not what they gave. */
function withoutValues(result: unknown): unknown {
  const bare = without(result, 'metadata');
  if (!isObject(bare) || !Array.isArray(bare['measurements'])) return bare;
  const measurements: readonly unknown[] = bare['measurements'];
  return { ...bare, measurements: measurements.map((each) => without(without(each, 'value'), 'metadata')) };
}

function withoutMeasurements(result: unknown): unknown {
  return without(without(result, 'metadata'), 'measurements');
}

function without(value: unknown, field: string): unknown {
  if (!isObject(value)) return value;
  const { [field]: _, ...rest } = value;
  return rest;
}

function cutTexts<T>(value: T): T;
function cutTexts(value: unknown): unknown {
  if (typeof value === 'string') return cut(value, LONGEST);
  if (Array.isArray(value)) return value.map((each: unknown) => cutTexts(each));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cutTexts(member)]));
}
