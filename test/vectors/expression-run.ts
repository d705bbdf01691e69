import { evaluateCondition, evaluateTime, evaluateValue } from '../../lib/expression/evaluate.ts';
import { ExpressionError } from '../../lib/expression/error.ts';
import { typeText } from '../../lib/expression/value.ts';
import type { Value } from '../../lib/expression/value.ts';
import { decodeResult, showEncoded, showValue } from './expression-codec.ts';

/** One line of a file of expression vectors; see expression/README.md. */
export interface ExpressionVector {
  readonly id: string;
  readonly group: string;
  readonly kind: 'condition' | 'value' | 'time';
  readonly expr: string;
  readonly resultType?: string;
  readonly result?: unknown;
  readonly out: unknown;
  readonly outType?: string;
  readonly error: 'compile' | 'runtime' | 'not-bool' | 'not-time' | null;
  readonly message: string | null;
}

/** How ours compares with a vector. */
export interface Comparison {
  /** Undefined if the value is right, or both fail; for a value of the wrong type, both must say so. */
  readonly complaint: string | undefined;
  /** Of a vector that fails: whether ours fails in the same class, and with the same text. */
  readonly isSameClass: boolean;
  readonly isSameMessage: boolean;
}

/** Any time will do: no vector's outcome depends on it. */
const NOW = new Date('2024-06-15T12:00:00Z');

interface Outcome {
  readonly shown: string;
  readonly error?: string;
  readonly message?: string;
}

/** Runs a vector. */
export function compareVector(vector: ExpressionVector): Comparison {
  const ours = outcomeOf(vector);
  const wanted = wantedOf(vector);
  const isRight = vector.error === null ? ours.shown === wanted : areAlike(ours.error, vector.error);
  const complaint = `${vector.id}: ${vector.expr.slice(0, 200)}\n  wanted ${wanted}\n  got    ${ours.shown}`;
  return {
    complaint: isRight ? undefined : complaint,
    isSameClass: ours.error === (vector.error ?? undefined),
    isSameMessage: ours.message?.split('\n')[0] === (vector.message ?? undefined),
  };
}

const FAILURES: ReadonlySet<string> = new Set(['compile', 'runtime']);

/** Errors found before and during the run are alike; a value of the wrong type is an outcome of its own. */
function areAlike(ours: string | undefined, wanted: string): boolean {
  return ours === wanted || (ours !== undefined && FAILURES.has(ours) && FAILURES.has(wanted));
}

function wantedOf({ error, message, out, outType }: ExpressionVector): string {
  if (error !== null) return `${error}: ${message}`;
  return outType === undefined ? showEncoded(out) : `${outType} ${showEncoded(out)}`;
}

function outcomeOf(vector: ExpressionVector): Outcome {
  try {
    return { shown: evaluate(vector) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw new Error(`${vector.id}: ${vector.expr}`, { cause: error });
    const { stage, goMessage } = error;
    return { shown: `${stage}: ${goMessage}`, error: stage, message: goMessage };
  }
}

function evaluate({ kind, expr, resultType = 'nil', result, outType }: ExpressionVector): string {
  if (kind === 'time') return showValue(evaluateTime(expr, NOW));
  const value = decodeResult(resultType, result);
  if (kind === 'condition') return showValue(evaluateCondition(expr, value, NOW));
  const outcome: Value = evaluateValue(expr, value, NOW);
  return outType === undefined ? showValue(outcome) : `${typeText(outcome)} ${showValue(outcome)}`;
}
