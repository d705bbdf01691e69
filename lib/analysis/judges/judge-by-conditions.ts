import { evaluateCondition } from '../../expression/evaluate.ts';
import { ExpressionError } from '../../expression/error.ts';
import type { Clock } from '../../expression/meter.ts';
import type { MetricValue } from '../../model/metric-value.ts';
import type { Judgement } from './judge.ts';

/** A metric's conditions. An empty one counts as none. */
export interface Conditions {
  readonly successCondition?: string | undefined;
  readonly failureCondition?: string | undefined;
}

/**
 * Judges a value by its metric's conditions. With one of them, the other is its opposite; with none, every value is a
 * success; with both, failure goes first, and neither is inconclusive.
 *
 * @param now    what now() is in a condition; without it now() fails
 * @param clock  what bounds the time that each condition takes: see lib/expression/meter.ts
 * @source EvaluateResult in utils/evaluate of argoproj/argo-rollouts
 */
export function judgeByConditions(value: MetricValue, conditions: Conditions, now?: Date, clock?: Clock): Judgement {
  const { successCondition = '', failureCondition = '' } = conditions;
  let isSuccess: boolean | undefined;
  let isFailure: boolean | undefined;
  let condition = 'successCondition';
  let text = successCondition;
  try {
    if (text !== '') isSuccess = evaluateCondition(text, value, now, clock);
    [condition, text] = ['failureCondition', failureCondition];
    if (text !== '') isFailure = evaluateCondition(text, value, now, clock);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const reason = isNilOrEmpty(value) ? NO_DATA : error.goMessage;
    return { phase: 'Error', message: `could not evaluate ${condition} "${text}": ${reason}` };
  }
  if (isFailure ?? isSuccess === false) return { phase: 'Failed' };
  return { phase: (isSuccess ?? true) ? 'Successful' : 'Inconclusive' };
}

const NO_DATA = 'metric result is nil or empty: no data returned from the metric provider';

function isNilOrEmpty({ value }: MetricValue): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}
