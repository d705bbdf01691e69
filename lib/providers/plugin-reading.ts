import { marshalCompact } from '../expression/go/json.ts';
import { sprint } from '../expression/go/sprint.ts';
import { GoPanic, type Value } from '../expression/value.ts';
import { AssayError } from '../model/errors.ts';
import { isObject } from '../model/is-object.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { Metadata, Reading } from '../model/provider.ts';
import { formatDecimal } from './decimal.ts';
import { decodeJson } from './json.ts';

/** As large as an answer over HTTP may be. */
const LONGEST_VALUE = 1024 * 1024;
const MOST_NUMBERS = 100_000;
/** Of names and values together: a status keeps many measurements. */
const LONGEST_METADATA = 10_000;
/** Between two looks at what is under way, where a plugin names no time, and at least. */
const RESUME_MS = { byDefault: 15_000, least: 1_000 } as const;

/**
 * What a module gave as a reading, looked through and copied: whatever it does with its own afterwards is its own affair.
 * @throws AssayError ASSAY_METRIC_UNREADABLE for what is none, and for one that is too large
 */
export function readingOfModule(given: unknown, now: Date): Reading {
  const { is, result, shown, resumeAt, ...rest } = fieldsOf(given, 'the reading');
  if (is === 'value') {
    const value = metricValueOf(fieldsOf(result, 'result'));
    return { is, result: value, shown: textOf(shown, 'shown') ?? shownOf(value), ...metadataOf(rest['metadata']) };
  }
  return otherReading({ is, shown, ...rest }, timeOf(resumeAt, now));
}

/**
 * The reading in an answer of version 1 of the protocol over HTTP (docs/plugins.md).
 * @throws AssayError ASSAY_METRIC_UNREADABLE for what is none, and with what the plugin says went wrong
 */
export function readingOfAnswer(status: number, body: string, now: Date): Reading {
  const document = documentIn(body);
  const error = isObject(document) ? textOf(document['error'], 'error') : undefined;
  if (error !== undefined) throw unreadable(error);
  if (status !== 200) throw unreadable(`HTTP ${status}`);
  if (document === undefined) throw unreadable('the answer is no JSON');
  const { is, value, shown, resumeAfterSeconds, ...rest } = fieldsOf(document, 'the answer');
  if (is === 'value') {
    if (value === undefined) throw unreadable('value: required, but missing');
    const result = { type: 'json', value } as const;
    return { is, result, shown: textOf(shown, 'shown') ?? shownOf(result), ...metadataOf(rest['metadata']) };
  }
  if (resumeAfterSeconds !== undefined && !isSeconds(resumeAfterSeconds))
    throw unreadable('resumeAfterSeconds: expected a number of seconds up to a day');
  const waitMs = resumeAfterSeconds === undefined ? RESUME_MS.byDefault : resumeAfterSeconds * 1_000;
  return otherReading({ is, shown, ...rest }, new Date(now.getTime() + Math.max(waitMs, RESUME_MS.least)));
}

function documentIn(body: string): unknown {
  try {
    return decodeJson(body);
  } catch (error) {
    if (error instanceof GoPanic) return undefined;
    throw error;
  }
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 86_400;
}

type Fields = Readonly<Record<string, unknown>>;

const PHASES = ['Successful', 'Failed', 'Inconclusive', 'Error'] as const;

function otherReading({ is, phase, message, shown, metadata }: Fields, resumeAt: Date): Reading {
  const texts = { ...optional('message', textOf(message, 'message')), ...metadataOf(metadata) };
  if (is === 'pending') return { is, resumeAt, ...texts };
  if (is !== 'verdict') throw unreadable('is: expected value, verdict or pending');
  const found = PHASES.find((each) => each === phase);
  if (found === undefined) throw unreadable(`phase: expected one of ${PHASES.join(', ')}`);
  return { is, phase: found, ...texts, ...optional('shown', textOf(shown, 'shown')) };
}

function timeOf(given: unknown, now: Date): Date {
  if (given === undefined) return new Date(now.getTime() + RESUME_MS.byDefault);
  if (!(given instanceof Date) || Number.isNaN(given.getTime())) throw unreadable('resumeAt: expected a Date');
  return new Date(Math.max(given.getTime(), now.getTime() + RESUME_MS.least));
}

function metricValueOf({ type, value }: Fields): MetricValue {
  switch (type) {
    case 'float64':
      if (typeof value === 'number') return { type, value };
      throw unreadable('result.value: expected a number');
    case '*float64':
      if (typeof value === 'number' || value === null) return { type, value };
      throw unreadable('result.value: expected a number or null');
    case '[]float64':
      if (value === null) return { type, value };
      if (Array.isArray(value) && value.length <= MOST_NUMBERS) {
        const numbers: number[] = [];
        for (const each of value) if (typeof each === 'number') numbers.push(each);
        if (numbers.length === value.length) return { type, value: numbers };
      }
      throw unreadable(`result.value: expected a list of at most ${MOST_NUMBERS} numbers`);
    case 'string':
      return { type, value: textOf(value, 'result.value', LONGEST_VALUE) ?? '' };
    case 'nil':
      return { type, value: null };
    case 'json':
      return { type, value: plainJson(value) };
    default:
      throw unreadable('result.type: expected float64, *float64, []float64, string, json or nil');
  }
}

/** A copy that holds nothing but JSON: no methods, no circles. */
function plainJson(value: unknown): Value {
  let text: string | undefined;
  try {
    text = JSON.stringify(value) as string | undefined;
  } catch (error) {
    throw unreadable(`result.value: is no JSON: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`);
  }
  if (text === undefined) throw unreadable('result.value: required, but missing');
  if (text.length > LONGEST_VALUE) throw unreadable(`result.value: longer than ${LONGEST_VALUE} characters`);
  return decodeJson(text);
}

function shownOf({ type, value }: MetricValue): string {
  if (type === 'string') return value;
  if (type === 'json') return marshalCompact(value as Value);
  const numbers = Array.isArray(value) ? value : [value];
  const texts = numbers.map((each) => (typeof each === 'number' ? formatDecimal(each) : sprint(null)));
  return Array.isArray(value) ? `[${texts.join(',')}]` : (texts[0] ?? '');
}

function fieldsOf(value: unknown, what: string): Fields {
  if (isObject(value)) return value;
  throw unreadable(`${what}: expected an object`);
}

/** Longer texts are cut where they are entered; this is what nobody can have meant. */
function textOf(value: unknown, what: string, longest = LONGEST_VALUE): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw unreadable(`${what}: expected a string`);
  if (value.length > longest) throw unreadable(`${what}: longer than ${longest} characters`);
  return value;
}

function metadataOf(given: unknown): { readonly metadata?: Metadata } {
  if (given === undefined) return {};
  const entries = Object.entries(fieldsOf(given, 'metadata'));
  let length = 0;
  const texts = entries.map(([name, value]) => {
    const text = textOf(value, `metadata.${name.slice(0, 100)}`) ?? '';
    length += name.length + text.length;
    return [name, text] as const;
  });
  if (length > LONGEST_METADATA) throw unreadable(`metadata: longer than ${LONGEST_METADATA} characters`);
  return { metadata: Object.fromEntries(texts) };
}

function optional<Name extends string>(name: Name, value: string | undefined): { readonly [N in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: string };
}

function unreadable(reason: string): AssayError {
  return new AssayError('ASSAY_METRIC_UNREADABLE', reason);
}
