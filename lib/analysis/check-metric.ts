import { checkCondition, evaluateTime } from '../expression/compile.ts';
import { ExpressionError } from '../expression/error.ts';
import type { Metric } from '../model/analysis-run.ts';
import { durationMs } from '../model/duration.ts';
import { type Keys, type Problem, problemAt } from '../model/problem.ts';
import type { ProviderRow } from '../model/provider-row.ts';
import { PROVIDER_ROWS } from '../model/provider-rows.ts';
import { fillKnown, type KnownValues } from './check-arguments.ts';
import { hasText } from './limits.ts';
import { providerRowOf } from './provider-type.ts';
import { findInvalidField } from './validate.ts';

/**
 * What is wrong with a metric: limits that contradict each other, times that are none, conditions that cannot hold.
 * What hangs on an argument whose value is not known yet is left out.
 */
export function checkMetric(metric: Metric, keys: Keys, values: KnownValues): Problem[] {
  const invalid = findInvalidField(knownPart(metric, values));
  return [
    ...(invalid === undefined ? [] : [problemAt([...keys, invalid.field], { message: invalid.message })]),
    ...checkLimits(metric, keys, values),
    ...checkProviderTimes(metric, keys, values),
    ...checkConditions(metric, keys, values),
  ];
}

const LIMITS = [
  'count',
  'failureLimit',
  'inconclusiveLimit',
  'consecutiveErrorLimit',
  'consecutiveSuccessLimit',
] as const;

/** The metric as far as it is known: without all of its limits where one is open, for they hang on each other. */
function knownPart(metric: Metric, { withPlaceholders }: KnownValues): Metric {
  const { name, provider, interval, initialDelay } = metric;
  const limits = LIMITS.flatMap((field) => {
    const limit = metric[field];
    return limit === undefined ? [] : [[field, fillKnown(String(limit), withPlaceholders)] as const];
  });
  return {
    name,
    provider,
    ...(limits.every(([, limit]) => limit !== undefined) && Object.fromEntries(limits)),
    // Some interval there is: `1s` stands for it.
    ...(hasText(interval) && { interval: fillKnown(interval, withPlaceholders) ?? '1s' }),
    ...(hasText(initialDelay) && { initialDelay: fillKnown(initialDelay, withPlaceholders) ?? '1s' }),
  };
}

function checkLimits(metric: Metric, keys: Keys, { withPlaceholders }: KnownValues): Problem[] {
  return LIMITS.flatMap((field) => {
    const limit = metric[field];
    const known = typeof limit === 'string' ? fillKnown(limit, withPlaceholders) : undefined;
    if (known === undefined || /^[+-]?[0-9]+$/.test(known)) return [];
    const message = 'not a whole number: it counts as 0';
    return [problemAt([...keys, field], { message, value: limit, severity: 'warning' })];
  });
}

/** Fields within providers that hold a time, by the way to them. */
const TIMES = Object.entries<ProviderRow>(PROVIDER_ROWS).flatMap(([field, { times = {} }]) =>
  Object.entries(times).map(([way, kind]) => ({ path: [field, ...way.split('.')], kind })),
);

const READERS: Readonly<Record<(typeof TIMES)[number]['kind'], (text: string) => unknown>> = {
  duration: durationMs,
  expression: readSomeTime,
};

/** Any clock will do: whether a text is a time does not depend on it. */
function readSomeTime(text: string): unknown {
  return evaluateTime(text, new Date(0));
}

function checkProviderTimes({ provider }: Metric, keys: Keys, { plain }: KnownValues): Problem[] {
  return TIMES.flatMap(({ path, kind }) => {
    const text = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], provider);
    const known = typeof text === 'string' && text !== '' ? fillKnown(text, plain) : undefined;
    const message = known === undefined ? undefined : complaintOf(() => READERS[kind](known));
    return message === undefined ? [] : [problemAt([...keys, 'provider', ...path], { message, value: text })];
  });
}

function complaintOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof ExpressionError ? explain(error) : (error as Error).message;
  }
}

function checkConditions(metric: Metric, keys: Keys, { plain }: KnownValues): Problem[] {
  const type = providerRowOf(metric.provider)?.resultType ?? 'unknown';
  return (['successCondition', 'failureCondition'] as const).flatMap((field) => {
    const text = metric[field];
    const known = hasText(text) ? fillKnown(text, plain) : undefined;
    const errors = known === undefined ? [] : checkCondition(known, type);
    return errors.map((error) => problemAt([...keys, field], { message: explain(error), value: text }));
  });
}

function explain({ unknownName, message }: ExpressionError): string {
  if (unknownName === undefined) return message;
  const { name, suggestion } = unknownName;
  const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`;
  return `unknown name "${name}"${hint}`;
}
