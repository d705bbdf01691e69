import { checkText } from '../expression/program.ts';
import { conditionEnvironment } from '../expression/environment.ts';
import { ExpressionError } from '../expression/error.ts';
import { natureOfResult, type ResultType } from '../expression/metric-input.ts';
import { isUnknown, showNature } from '../expression/nature.ts';
import type { Keys } from '../model/problem.ts';
import { LONGEST_WORD } from './edited-text.ts';
import type { ResultOf } from './result-types.ts';

/** The fields of a metric that hold an expression over `result`. */
export const CONDITIONS: ReadonlySet<unknown> = new Set(['successCondition', 'failureCondition']);

/** Whether the field holds an expression: a condition, or the start or end of a range query. */
export function isExpression(path: Keys): boolean {
  return CONDITIONS.has(path.at(-1)) || path.includes('rangeQuery');
}

/** What a condition gives for a result of one type: its own type, or why it cannot be evaluated. */
export function conditionType(condition: string, { type }: ResultOf): { readonly type: string } | { error: string } {
  try {
    const { nature } = checkText(condition, conditionEnvironment(natureOfResult(resultType(type))));
    if (nature.isNil === true) return { type: 'nil' };
    return { type: isUnknown(nature) ? 'any' : showNature(nature) };
  } catch (error) {
    if (error instanceof ExpressionError) return { error: error.goMessage };
    throw error;
  }
}

/** A JSON document may be anything; a pointer is taken for what it points to. */
function resultType(type: ResultOf['type']): ResultType {
  if (type === 'json') return 'unknown';
  return type === '*float64' ? 'float64' : type;
}

/** How people name the type of a result. */
export function showResultType(type: ResultOf['type']): string {
  if (type === 'json' || type === 'unknown') return 'any';
  return type === '*float64' ? 'float64' : type;
}

/** The word of an expression around an offset of a line, from the line's beginning. */
export function wordAt(line: string, offset: number): { readonly word: string; readonly from: number } | undefined {
  const before = /[A-Za-z_$#][\w$]*$|$/.exec(line.slice(0, offset).slice(-LONGEST_WORD))?.[0] ?? '';
  const from = offset - before.length;
  const word = /^[A-Za-z_$#][\w$]*/.exec(line.slice(from))?.[0];
  return word === undefined ? undefined : { word, from };
}
