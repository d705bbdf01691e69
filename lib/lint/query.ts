import type { PromQlQuery, ReadPromQl } from './promql-query.ts';
import type { Keys } from '../model/problem.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { Span } from './span.ts';
import { fillKnown, type KnownValues } from './values.ts';

/** The query of a Prometheus metric. */
export interface Query extends PromQlQuery {
  readonly keys: Keys;
  readonly text: string;
  /** What conditions see of its answer; undefined where that cannot be told. */
  readonly resultType: MetricValue['type'] | undefined;
}

interface Asked {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly keys: Keys;
}

/**
 * Reads the query of a metric. What stands for arguments without a value is whatever makes sense in its place; where
 * nothing does, nothing is known of the query.
 */
export function queryOf({ spec, keys }: Asked, { plain }: KnownValues, read: ReadPromQl): Query | undefined {
  const text = spec['query'];
  if (typeof text !== 'string' || text.trim() === '' || text.length > LONGEST) return undefined;
  const isRange = spec['rangeQuery'] !== undefined;
  const base = { keys: [...keys, 'query'], text };
  const readings = GUESSES.flatMap((guess) => {
    const filled = fillKnown(text, plain, (before) => guessAfter(before, guess));
    return filled === undefined ? [] : [{ filled, query: read(filled.text) }];
  });
  const [first] = readings;
  if (first === undefined) return undefined;
  const { filled, query } = first.filled.isKnown
    ? first
    : (readings.find((reading) => reading.query.fault === undefined) ?? first);
  const toSource = (span: Span) => filled.spanOf(span);
  const divisions = query.divisions.map(toSource);
  if (!filled.isKnown) {
    // Another value might make another query of it.
    const sound = readings.filter((reading) => reading.query.fault === undefined);
    const isCertain = sound.length > 0 && sound.every((reading) => reading.query.type === query.type);
    const type = isCertain ? query.type : undefined;
    return { ...base, type, divisions, hasDefault: query.hasDefault, resultType: resultTypeOf(type, isRange) };
  }
  const fault = query.fault && { fault: { ...query.fault, span: toSource(query.fault.span) } };
  const resultType = query.fault ? undefined : resultTypeOf(query.type, isRange);
  return { ...base, type: query.type, ...fault, divisions, hasDefault: query.hasDefault, resultType };
}

/** In characters. Nobody writes longer ones, and what a machine made is not looked at for seconds. */
const LONGEST = 20_000;

/** A number, a name, a duration, a selector's inside: one of them is right in most places. */
const GUESSES = ['1', 'a', '5m', 'a="b"', 'a{b="c"}', 'by (a)'] as const;

/** A range and an offset want a duration, whatever else is guessed. */
function guessAfter(before: string, guess: string): string {
  return /(?:\[|\boffset[ \t]+-?)[ \t]*$/.test(before) ? '5m' : guess;
}

/** @source metricproviders/prometheus/prometheus.go of argoproj/argo-rollouts: a range of time always gives a matrix */
function resultTypeOf(type: PromQlQuery['type'], isRange: boolean): MetricValue['type'] | undefined {
  if (isRange) return type === undefined || type === 'string' ? undefined : '[]float64';
  if (type === 'scalar') return 'float64';
  return type === 'vector' || type === 'matrix' ? '[]float64' : undefined;
}
