import { hasText } from '../../analysis/limits.ts';
import { evaluateTime } from '../../expression/evaluate.ts';
import { ExpressionError } from '../../expression/error.ts';
import { durationMs } from '../../model/duration.ts';
import type { Keys } from '../../model/problem.ts';
import { explainExpression } from '../explain-expression.ts';
import type { Rule, Slip } from '../rule.ts';
import type { Span } from '../span.ts';
import { isExperiment } from '../subject.ts';
import { fillKnown } from '../values.ts';

export const invalidDuration: Rule = {
  severity: 'error',
  summary: 'A time that is none, such as one without a unit.',
  metric({ metric, keys, analysis }) {
    const { withPlaceholders } = analysis.values;
    return [
      ...checkText(metric.interval, [...keys, 'interval'], 'invalid interval string: ', withPlaceholders),
      // The field is called initialDelay; Argo's message still has its old name.
      ...checkText(metric.initialDelay, [...keys, 'initialDelay'], 'invalid startDelay string: ', withPlaceholders),
    ];
  },
  provided({ row, spec, keys }, { analysis }) {
    return Object.entries(row.times ?? {}).flatMap(([way, kind]) => {
      const path = way.split('.');
      const text = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], spec);
      const values = analysis.values.plain;
      if (kind === 'duration') return checkText(text, [...keys, ...path], '', values);
      return checkTime(text, [...keys, ...path], values);
    });
  },
  object: (object) => (isExperiment(object) ? checkText(object.spec.duration, ['spec', 'duration'], '') : []),
};

function checkText(text: unknown, keys: Keys, prefix: string, values: ReadonlyMap<string, string> = new Map()): Slip[] {
  const known = typeof text === 'string' && hasText(text) ? fillKnown(text, values)?.text : undefined;
  if (known === undefined) return [];
  try {
    durationMs(known);
    return [];
  } catch (error) {
    const message = `${prefix}${(error as Error).message}`;
    const isPlainNumber = /^\d+(?:\.\d+)?$/.test(known);
    if (!isPlainNumber) return [{ keys, message, value: text }];
    const fix = known === text ? { fix: [{ keys, text: `${known}s` }] } : {};
    return [{ keys, message, value: text, hint: `give it a unit: "${known}s"`, ...fix }];
  }
}

/** Any clock will do: whether a text is a time does not depend on it. */
function checkTime(text: unknown, keys: Keys, values: ReadonlyMap<string, string>): Slip[] {
  const filled = typeof text === 'string' && text !== '' ? fillKnown(text, values) : undefined;
  if (filled === undefined) return [];
  try {
    evaluateTime(filled.text, new Date(0));
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) return [{ keys, message: (error as Error).message, value: text }];
    const { message, hint } = explainExpression(error);
    const span: Span = [error.offset, error.offset];
    return [{ keys, message, hint, value: text, span: filled.spanOf(span) }];
  }
}
