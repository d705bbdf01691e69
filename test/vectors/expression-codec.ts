import { itemsOf, isNil } from '../../lib/expression/equal.ts';
import { toBinary } from '../../lib/expression/go/utf8.ts';
import { RFC3339_NANO } from '../../lib/expression/go/layout.ts';
import { parseTime } from '../../lib/expression/go/time-parse.ts';
import { textOf } from '../../lib/expression/go/bytes.ts';
import { GoDuration, GoTime, formatTime } from '../../lib/expression/go/time.ts';
import { GoLocation } from '../../lib/expression/go/zone.ts';
import { BYTE_SLICE, UINT64 } from '../../lib/expression/go-type.ts';
import {
  GoFunc,
  GoInt,
  GoMap,
  GoNamedString,
  GoSlice,
  GoStruct,
  goTypeOf,
  isPlainMap,
  typeText,
} from '../../lib/expression/value.ts';
import type { Value } from '../../lib/expression/value.ts';
import type { MetricDataResult, MetricValue } from '../../lib/model/metric-value.ts';

/** The metric value that a vector's `resultType` and `result` describe. */
export function decodeResult(type: string, encoded: unknown): MetricValue {
  const value = decode(encoded);
  switch (type) {
    case 'float64':
      return { type, value: value as number };
    case '[]float64':
      return { type, value: value as number[] | null };
    case 'json':
      return { type, value };
    case 'string':
      return { type, value: value as string };
    case 'nil':
      return { type, value: null };
    case '*float64':
      return { type, value: value as number | null };
    case '[]any':
      return { type, value: value as unknown[] | null };
    case 'NRDBResult':
      return { type, value: value as Record<string, unknown> };
    case '[]NRDBResult':
      return { type, value: value as Record<string, unknown>[] | null };
    case '[]MetricDataResult':
      return { type, value: value as MetricDataResult[] | null };
    default:
      throw new Error(`unknown resultType ${type}`);
  }
}

function decode(encoded: unknown): unknown {
  if (Array.isArray(encoded)) return encoded.map(decode);
  if (typeof encoded !== 'object' || encoded === null) return encoded;
  const marked = encoded as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(marked, '$float')) return decodeFloat(marked['$float']);
  if (Object.hasOwn(marked, '$int')) return BigInt(String(marked['$int']));
  if (Object.hasOwn(marked, '$time')) return decodeTime(String(marked['$time']));
  if (Object.hasOwn(marked, '$uint')) return new GoInt(UINT64, BigInt(String(marked['$uint'])));
  if (Object.hasOwn(marked, '$duration')) return new GoDuration(BigInt(String(marked['$duration'])));
  if (Object.hasOwn(marked, '$bytes')) {
    return new GoSlice(
      BYTE_SLICE,
      Array.from(Buffer.from(String(marked['$bytes']), 'hex'), (byte) => byte),
    );
  }
  if (Object.hasOwn(marked, '$map')) return decodeEntries(marked['$map'] as [string, unknown][]);
  return decodeEntries(Object.entries(marked));
}

/** A Date has no more than milliseconds, and no offset. */
function decodeTime(text: string): Date | GoTime {
  return /^[^.]*(\.\d{1,3})?Z$/.test(text) ? new Date(text) : parseTime(RFC3339_NANO, text);
}

function decodeFloat(name: unknown): number {
  return name === '-0' ? -0 : Number(String(name).replace('Inf', 'Infinity'));
}

/** As JSON.parse makes an object: `__proto__` is a key as any other. */
function decodeEntries(entries: readonly (readonly [string, unknown])[]): unknown {
  const object = {};
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value: decode(value), enumerable: true, writable: true, configurable: true });
  }
  return object;
}

/** A value in the vectors' encoding, as text that is the same for what the README calls the same. */
export function showValue(value: Value): string {
  return canonical(encode(value));
}

/** An encoded outcome as the same kind of text. */
export function showEncoded(encoded: unknown): string {
  return canonical(encoded);
}

/** The order of keys, and that of a map's entries, means nothing. */
function canonical(encoded: unknown): string {
  if (Object.is(encoded, -0)) return '{"$float":"-0"}';
  if (Array.isArray(encoded)) return `[${encoded.map(canonical).join(',')}]`;
  if (typeof encoded !== 'object' || encoded === null) return JSON.stringify(encoded);
  const entries = Object.entries(encoded).map(([key, value]) => {
    const isMap = key === '$map' && Array.isArray(value);
    const isNumber = key === '$int' || key === '$uint' || key === '$duration';
    const shown = isNumber ? `"${value}"` : isMap ? `[${value.map(canonical).toSorted().join(',')}]` : canonical(value);
    return `${JSON.stringify(key)}:${shown}`;
  });
  return `{${entries.toSorted().join(',')}}`;
}

function encode(value: Value): unknown {
  switch (typeof value) {
    case 'number':
      return encodeFloat(value);
    case 'bigint':
      return { $int: String(value) };
    case 'string':
      return encodeText(value);
    case 'boolean':
      return value;
    default:
      return value === null ? null : encodeObject(value);
  }
}

function encodeFloat(value: number): unknown {
  if (Number.isNaN(value)) return { $float: 'NaN' };
  if (!Number.isFinite(value)) return { $float: value > 0 ? '+Inf' : '-Inf' };
  return Object.is(value, -0) ? { $float: '-0' } : value;
}

function encodeText(text: string): unknown {
  return text.isWellFormed() ? text : { $rawstring: hex(toBinary(text)) };
}

function hex(binary: string): string {
  return Array.from(binary, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

function encodeObject(value: Value): unknown {
  const type = goTypeOf(value);
  if (type?.kind === 'slice' && isNil(value)) return { $nilslice: true };
  if (value instanceof GoSlice && type === BYTE_SLICE) return { $bytes: hex(toBinary(textOf(itemsOf(value)))) };
  if (type?.kind === 'slice' || type?.kind === 'array') return itemsOf(value).map(encode);
  if (value instanceof GoTime) return { $time: formatTime(value, RFC3339_NANO), zone: value.location.toString() };
  if (value instanceof GoDuration) return { $duration: String(value.value) };
  if (value instanceof GoLocation) return { $timezone: value.toString() };
  if (value instanceof GoFunc) return { $func: true };
  if (value instanceof GoInt) return encodeInteger(value);
  if (value instanceof GoMap) return encodeMap(value);
  if (isPlainMap(value)) return encodeKeys(Object.entries(value));
  if (value instanceof GoNamedString) return encodeText(value.text);
  if (value instanceof GoStruct) return { $other: typeText(value) };
  return { $other: typeText(value) };
}

function encodeInteger({ goType, value }: GoInt): unknown {
  const number = String(value);
  if (goType.kind.startsWith('u')) return { $uint: number };
  return goType.pkgPath === '' ? { $int: number } : { $int: number, type: goType.text };
}

function encodeMap({ goType, entries }: GoMap): unknown {
  const pairs = Array.from(entries.values());
  if (goType.key?.kind === 'string') {
    return encodeKeys(pairs.map(([key, value]) => [typeof key === 'string' ? key : '', value] as const));
  }
  return { $map: pairs.map(([key, value]) => [encode(key), encode(value)]) };
}

function encodeKeys(entries: readonly (readonly [string, Value])[]): unknown {
  if (entries.some(([key]) => key.startsWith('$') || !key.isWellFormed())) {
    return { $map: entries.map(([key, value]) => [encode(key), encode(value)]) };
  }
  return Object.assign(
    Object.create(null) as object,
    Object.fromEntries(entries.map(([key, value]) => [key, encode(value)])),
  );
}
