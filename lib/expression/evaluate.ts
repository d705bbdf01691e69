import type { MetricValue } from '../model/metric-value.ts';
import { TIME_ENVIRONMENT, conditionEnvironment } from './environment.ts';
import { ExpressionError } from './error.ts';
import { GoTime } from './go/time.ts';
import { inputOf, mayHoldPointers, natureOfResult } from './metric-input.ts';
import type { ResultType } from './metric-input.ts';
import type { Clock } from './meter.ts';
import { isBool, isUnknown, showNature } from './nature.ts';
import { ProgramCache } from './program-cache.ts';
import { checkText, compile } from './program.ts';
import type { Program } from './program.ts';
import { typeText } from './value.ts';
import type { Value } from './value.ts';

const caches = new Map<ResultType, ProgramCache>();
const timeCache = new ProgramCache();

/**
 * Compiles a condition for results of one static type, as Argo compiles it for the result at hand. Programs are kept,
 * 200 for each type.
 *
 * @throws ExpressionError of stage `compile`
 * @source EvalCondition in utils/evaluate of argoproj/argo-rollouts
 */
export function compileCondition(text: string, type: ResultType): Program {
  let cache = caches.get(type);
  if (cache === undefined) {
    cache = new ProgramCache();
    caches.set(type, cache);
  }
  return cache.get(text, () => compileUncached(text, type));
}

/** The same without the cache. */
export function compileUncached(text: string, type: ResultType): Program {
  return compile(text, conditionEnvironment(natureOfResult(type)), mayHoldPointers(type));
}

/**
 * Evaluates an expression over a metric's value, whatever type its own value has.
 *
 * @param now    what now() is; without it now() fails
 * @param clock  what bounds the time that it takes: see meter.ts
 * @throws ExpressionError of stage `compile` or `runtime`
 */
export function evaluateValue(text: string, value: MetricValue, now?: Date, clock?: Clock): Value {
  const input = inputOf(value);
  return compileCondition(text, input.type).evaluate(input, now, clock);
}

/**
 * Evaluates a successCondition or failureCondition.
 *
 * @param now    what now() is; without it now() fails
 * @param clock  what bounds the time that it takes: see meter.ts
 * @throws ExpressionError of stage `compile`, `runtime` or `not-bool`
 */
export function evaluateCondition(text: string, value: MetricValue, now?: Date, clock?: Clock): boolean {
  const outcome = evaluateValue(text, value, now, clock);
  if (typeof outcome === 'boolean') return outcome;
  throw new ExpressionError('not-bool', `expected bool, but got ${typeText(outcome)}`, text, 0);
}

/**
 * Evaluates the start or end of a Prometheus range query, such as `now() - duration("1h")`. The local time zone is UTC.
 *
 * @param clock  what bounds the time that it takes: see meter.ts
 * @throws ExpressionError of stage `compile`, `runtime` or `not-time`
 * @source EvalTime in utils/evaluate of argoproj/argo-rollouts
 */
export function evaluateTime(text: string, now: Date, clock?: Clock): GoTime {
  const program = timeCache.get(text, () => compile(text, TIME_ENVIRONMENT, false));
  const outcome = program.evaluate(undefined, now, clock);
  if (outcome instanceof GoTime) return outcome;
  throw new ExpressionError('not-time', `expected time.Time, but got ${typeText(outcome)}`, text, 0);
}

/**
 * What is wrong with a condition before any value is known, for linters: nothing, or the first error. A condition whose
 * value is known to be no bool is an error too.
 *
 * @param type  what the metric's provider gives; `unknown` lets through whatever some result could make work
 */
export function checkCondition(text: string, type: MetricValue['type'] | 'unknown'): readonly ExpressionError[] {
  try {
    const { nature } = checkText(text, conditionEnvironment(natureOfResult(lintType(type))));
    if (isBool(nature) || isUnknown(nature)) return [];
    const shown = nature.isNil === true ? '<nil>' : showNature(nature);
    return [new ExpressionError('not-bool', `expected bool, but got ${shown}`, text, 0)];
  } catch (error) {
    if (error instanceof ExpressionError) return [error];
    throw error;
  }
}

/** A JSON document may be anything; a pointer is taken for what it points to. */
function lintType(type: MetricValue['type'] | 'unknown'): ResultType {
  if (type === 'json') return 'unknown';
  return type === '*float64' ? 'float64' : type;
}
