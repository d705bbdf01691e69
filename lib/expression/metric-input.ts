import type { MetricDataResult, MetricValue } from '../model/metric-value.ts';
import { ANY_SLICE, BOOL, FLOAT64, FLOAT64_SLICE, INT64, STRING, STRING_MAP } from './go-type.ts';
import { GoDuration, GoTime } from './go/time.ts';
import { UTC } from './go/zone.ts';
import {
  MESSAGES,
  MESSAGE_DATA,
  METRIC_DATA_RESULT,
  METRIC_DATA_RESULTS,
  NRDB_RESULT,
  NRDB_RESULTS,
  STATUS_CODE,
  STRING_POINTER,
  TIMES,
} from './metric-types.ts';
import { hashKey } from './hash.ts';
import { NIL, UNKNOWN, natureOf } from './nature.ts';
import type { Nature } from './nature.ts';
import { GoInt, GoMap, GoNamedString, GoPointer, GoSlice, GoStruct, isPlainMap } from './value.ts';
import type { Value } from './value.ts';
import { wellFormed } from './well-formed.ts';

/** A static type that `result` can have. Programs are compiled for one of them. */
export type ResultType = keyof typeof NATURES;

const NATURES = {
  nil: NIL,
  bool: natureOf(BOOL),
  float64: natureOf(FLOAT64),
  string: natureOf(STRING),
  map: natureOf(STRING_MAP),
  '[]any': natureOf(ANY_SLICE),
  '[]float64': natureOf(FLOAT64_SLICE),
  NRDBResult: natureOf(NRDB_RESULT),
  '[]NRDBResult': natureOf(NRDB_RESULTS),
  '[]MetricDataResult': natureOf(METRIC_DATA_RESULTS),
  /** Any of them: for looking at a condition without a value. */
  unknown: UNKNOWN,
} satisfies Readonly<Record<string, Nature>>;

/** What the checker knows of a `result` of the type. */
export function natureOfResult(type: ResultType): Nature {
  return NATURES[type];
}

/** Whether something in such a result may turn out to be a pointer though nothing says so. */
export function mayHoldPointers(type: ResultType): boolean {
  return type === '[]MetricDataResult' || type === 'unknown';
}

/** A metric's value as conditions see it. */
export interface MetricInput {
  readonly type: ResultType;
  readonly result: Value;
  readonly isNil: boolean;
}

const NOTHING: MetricInput = { type: 'nil', result: null, isNil: true };

/** The value that Argo's condition environment holds for what a provider read: pointers followed, typed nils bare. */
export function inputOf(metric: MetricValue): MetricInput {
  if (metric.value === null) return NOTHING;
  switch (metric.type) {
    case 'float64':
    case '*float64':
      return { type: 'float64', result: metric.value, isNil: false };
    case '[]float64':
      return { type: '[]float64', result: new GoSlice(FLOAT64_SLICE, metric.value), isNil: false };
    case 'string':
      return { type: 'string', result: metric.value.toWellFormed(), isNil: false };
    case 'json':
      return documentInput(wellFormed(metric.value));
    case '[]any':
      return { type: '[]any', result: metric.value.map(databaseValue), isNil: false };
    case 'NRDBResult':
      return { type: 'NRDBResult', result: row(metric.value), isNil: false };
    case '[]NRDBResult':
      return { type: '[]NRDBResult', result: new GoSlice(NRDB_RESULTS, metric.value.map(row)), isNil: false };
    case '[]MetricDataResult':
      return {
        type: '[]MetricDataResult',
        result: new GoSlice(METRIC_DATA_RESULTS, metric.value.map(series)),
        isNil: false,
      };
    default:
      return NOTHING;
  }
}

function documentInput(document: Value): MetricInput {
  switch (typeof document) {
    case 'number':
      return { type: 'float64', result: document, isNil: false };
    case 'string':
      return { type: 'string', result: document, isNil: false };
    case 'boolean':
      return { type: 'bool', result: document, isNil: false };
    default:
      return { type: isPlainMap(document) ? 'map' : '[]any', result: document, isNil: false };
  }
}

/** InfluxDB gives integers and times beside what JSON has. */
function databaseValue(value: unknown): Value {
  if (isOwnValue(value)) return value;
  if (typeof value === 'bigint') return new GoInt(INT64, BigInt.asIntN(64, value));
  return value instanceof Date ? timeOf(value) : wellFormed(value);
}

/** What JavaScript has no form for comes as what conditions see. */
function isOwnValue(value: unknown): value is GoInt | GoTime | GoDuration | GoSlice {
  return value instanceof GoInt || value instanceof GoTime || value instanceof GoDuration || value instanceof GoSlice;
}

function timeOf(date: Date): GoTime {
  return new GoTime(BigInt(date.getTime()) * 1_000_000n, UTC);
}

function row(values: Readonly<Record<string, unknown>> | null): Value {
  const entries = new Map<unknown, readonly [Value, Value]>();
  for (const [key, value] of Object.entries(values ?? {})) entries.set(hashKey(key), [key, wellFormed(value)]);
  return new GoMap(NRDB_RESULT, entries);
}

function series({ Id, Label, Messages, StatusCode, Timestamps, Values }: MetricDataResult): Value {
  return new GoStruct(
    METRIC_DATA_RESULT,
    new Map<string, Value>([
      ['Id', pointer(Id)],
      ['Label', pointer(Label)],
      ['Messages', new GoSlice(MESSAGES, Messages?.map(message) ?? null)],
      ['StatusCode', new GoNamedString(STATUS_CODE, StatusCode?.toWellFormed() ?? '')],
      ['Timestamps', new GoSlice(TIMES, Timestamps?.map(timeOf) ?? null)],
      ['Values', new GoSlice(FLOAT64_SLICE, Values ?? null)],
    ]),
  );
}

function pointer(text: unknown): Value {
  return new GoPointer(STRING_POINTER, typeof text === 'string' ? text.toWellFormed() : null);
}

function message(given: unknown): Value {
  const { Code, Value: text } = (given ?? {}) as { readonly Code?: unknown; readonly Value?: unknown };
  return new GoStruct(
    MESSAGE_DATA,
    new Map<string, Value>([
      ['Code', pointer(Code)],
      ['Value', pointer(text)],
    ]),
  );
}
