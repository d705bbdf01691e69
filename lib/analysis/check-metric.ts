import { checkCondition } from '../expression/compile.ts';
import type { Metric } from '../model/analysis-run.ts';
import { durationMs } from '../model/duration.ts';
import type { MetricValue } from '../model/metric-value.ts';
import { type Keys, type Problem, problemAt } from '../model/problem.ts';
import { fillKnown, type KnownValues } from './check-arguments.ts';
import { hasText } from './limits.ts';
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

/** Durations within providers, by the way to them. */
const TIMES: readonly (readonly string[])[] = [
  ['datadog', 'interval'],
  ['datadog', 'requestTimeout'],
  ['cloudWatch', 'interval'],
  ['prometheus', 'rangeQuery', 'step'],
  ['skywalking', 'interval'],
];

function checkProviderTimes({ provider }: Metric, keys: Keys, { plain }: KnownValues): Problem[] {
  return TIMES.flatMap((path) => {
    const text = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], provider);
    const known = typeof text === 'string' && text !== '' ? fillKnown(text, plain) : undefined;
    const message = known === undefined ? undefined : findInvalidTime(known);
    return message === undefined ? [] : [problemAt([...keys, 'provider', ...path], { message, value: text })];
  });
}

function findInvalidTime(text: string): string | undefined {
  try {
    durationMs(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Types of the values that conditions see, where the provider leaves no choice. */
const TYPES: Readonly<Record<string, MetricValue['type']>> = {
  cloudWatch: '[]MetricDataResult',
  graphite: '[]float64',
  influxdb: '[]any',
};

function checkConditions(metric: Metric, keys: Keys, { plain }: KnownValues): Problem[] {
  const type = TYPES[Object.keys(metric.provider)[0] ?? ''] ?? 'unknown';
  return (['successCondition', 'failureCondition'] as const).flatMap((field) => {
    const text = metric[field];
    const known = hasText(text) ? fillKnown(text, plain) : undefined;
    const error = known === undefined ? undefined : checkCondition(known, type);
    return error === undefined ? [] : [problemAt([...keys, field], { message: error.message, value: text })];
  });
}
