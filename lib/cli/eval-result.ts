import type { MetricValue } from '../model/metric-value.ts';
import { InputError } from './input-error.ts';
import { isObject } from '../model/is-object.ts';

type TypeName = MetricValue['type'];

/** Words for the types that providers give, beside the names of the Go types themselves. */
const TYPES: Readonly<Record<string, { readonly type: TypeName; readonly about: string }>> = {
  scalar: { type: 'float64', about: 'one number (prometheus, datadog, wavefront)' },
  vector: { type: '[]float64', about: 'a list of numbers (prometheus, datadog, graphite)' },
  json: { type: 'json', about: 'any JSON (web, skywalking)' },
  string: { type: 'string', about: 'a text (web, where the answer is no JSON)' },
  nil: { type: 'nil', about: 'nothing' },
  pointer: { type: '*float64', about: 'a number, or null where there is no answer (datadog)' },
  list: { type: '[]any', about: 'a list of values of any type (influxdb)' },
  newrelic: { type: 'NRDBResult', about: 'one result of a New Relic query' },
  newrelics: { type: '[]NRDBResult', about: 'several of them' },
  cloudwatch: { type: '[]MetricDataResult', about: 'the series of a CloudWatch answer' },
};

/** `  vector  a list of numbers (…)`, a line a type. */
export const TYPES_HELP = Object.entries(TYPES)
  .map(([name, { about }]) => `  ${name.padEnd(11)}${about}`)
  .join('\n');

export const TYPE_NAMES: readonly string[] = Object.keys(TYPES);

/**
 * What `result` is, from its text on the command line: JSON, and beyond it NaN and Inf among numbers. Without a type it
 * is what the text looks like: a number a scalar, a list of numbers a vector, null nil, everything else JSON.
 *
 * @throws InputError if it is no JSON, or not of the type named
 */
export function readResult(text: string, typeName: string | undefined): MetricValue {
  const wanted = typeName === undefined ? undefined : TYPES[typeName]?.type;
  if (wanted === 'string') return { type: 'string', value: text };
  const value = parse(text);
  const type = wanted ?? typeOf(value);
  if (!FITS[type](value)) {
    throw new InputError(
      `--result: ${text.trim()} is not of the type ${typeName ?? type}`,
      'assay eval --help lists the types.',
    );
  }
  if (type === 'json' && hasSpecials(value)) throw new InputError('--result: JSON knows neither NaN nor Inf');
  return (type === '[]MetricDataResult' ? { type, value: withTimes(value) } : { type, value }) as MetricValue;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const numbers = /^\s*\[([^[\]]*)\]\s*$/.exec(text)?.[1]?.split(',').map(parseNumber) ?? [parseNumber(text)];
    if (numbers.every((number) => number !== undefined)) return text.includes('[') ? numbers : numbers[0];
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`--result: no JSON: ${reason}`, 'A text of its own is given with --type string.');
  }
}

function parseNumber(text: string): number | undefined {
  const [, sign = '', word] = /^([+-]?)(NaN|Inf|\+?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i.exec(text.trim()) ?? [];
  if (word === undefined) return undefined;
  const size = /^nan$/i.test(word) ? Number.NaN : /^inf$/i.test(word) ? Infinity : Number(word);
  return sign === '-' ? -size : size;
}

function typeOf(value: unknown): TypeName {
  if (value === null) return 'nil';
  if (typeof value === 'number') return 'float64';
  return isList(value) && value.length > 0 && value.every(isNumber) ? '[]float64' : 'json';
}

const FITS: Readonly<Record<TypeName, (value: unknown) => boolean>> = {
  float64: isNumber,
  '[]float64': (value) => value === null || (isList(value) && value.every(isNumber)),
  json: () => true,
  string: (value) => typeof value === 'string',
  nil: (value) => value === null,
  '*float64': (value) => value === null || isNumber(value),
  '[]any': (value) => value === null || isList(value),
  NRDBResult: isObject,
  '[]NRDBResult': isObjectList,
  '[]MetricDataResult': isObjectList,
};

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObjectList(value: unknown): boolean {
  return value === null || (isList(value) && value.every(isObject));
}

function hasSpecials(value: unknown): boolean {
  return isList(value) ? value.some(hasSpecials) : isNumber(value) && !Number.isFinite(value);
}

/** JSON has no times: Timestamps are given as texts. */
function withTimes(value: unknown): unknown {
  if (!isList(value)) return value;
  return value.filter(isObject).map((series) => {
    const { Timestamps: times } = series;
    return isList(times) ? { ...series, Timestamps: times.map((time) => new Date(String(time))) } : series;
  });
}
