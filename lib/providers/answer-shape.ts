import { GoPanic, type Value } from '../expression/value.ts';
import { AssayError } from '../model/errors.ts';
import { decodeJson } from './json.ts';

/**
 * What a part of an answer is read as. `null`, and what is missing, is the zero value of the shape, as Go has it.
 * @throws AssayError ASSAY_METRIC_UNREADABLE in the words of encoding/json, for what has another type
 */
export type Shape<T> = (value: Value) => T;

export const anything: Shape<Value> = (value) => value;

export const aText: Shape<string> = (value) => {
  if (typeof value === 'string') return value;
  return value === null ? '' : mismatch(value, 'string');
};

export const aNumber: Shape<number> = (value) => {
  if (typeof value === 'number') return value;
  return value === null ? 0 : mismatch(value, 'float64');
};

export const anInteger: Shape<number> = (value) => {
  const number = aNumber(value);
  return Number.isInteger(number) ? number : mismatch(value, 'int', `number ${number}`);
};

/** A list; null for none, which Go tells from an empty one. */
export const aList =
  <T>(item: Shape<T>): Shape<readonly T[] | null> =>
  (value) => {
    if (value === null) return null;
    return Array.isArray(value) ? value.map((each: Value) => item(each)) : mismatch(value, 'slice');
  };

/** An object of any fields, all of one shape. */
export const aMap =
  <T>(item: Shape<T>): Shape<ReadonlyMap<string, T>> =>
  (value) => {
    if (value !== null && (typeof value !== 'object' || Array.isArray(value))) return mismatch(value, 'map');
    return new Map(Object.entries(value ?? {}).map(([name, field]) => [name, item(field as Value)]));
  };

/** An object, of which only these fields count, whatever case their names are in; the last of a name. */
export const anObject =
  <Fields extends Readonly<Record<string, unknown>>>(shapes: {
    readonly [Name in keyof Fields]: Shape<Fields[Name]>;
  }): Shape<Fields> =>
  (value) => {
    if (value !== null && (typeof value !== 'object' || Array.isArray(value))) return mismatch(value, 'struct');
    const found = new Map(Object.entries(value ?? {}).map(([name, field]) => [name.toLowerCase(), field as Value]));
    const fields = Object.entries<Shape<unknown>>(shapes).map(
      ([name, shape]) => [name, shape(found.get(name.toLowerCase()) ?? null)] as const,
    );
    return Object.fromEntries(fields) as Fields;
  };

/**
 * Reads a JSON answer.
 *
 * @param prefix  of messages
 * @throws AssayError ASSAY_METRIC_UNREADABLE in Go's words
 */
export function readShape<T>(text: string, shape: Shape<T>, prefix = ''): T {
  try {
    return shape(decodeJson(text));
  } catch (error) {
    if (error instanceof GoPanic) throw unreadable(`${prefix}${error.message}`);
    throw error instanceof AssayError && prefix !== '' ? unreadable(`${prefix}${error.words}`) : error;
  }
}

/** The first document of a text: Go's json.Decoder leaves what follows it unread. */
export function firstDocument(text: string): string {
  const start = text.search(/[^ \t\r\n]/);
  if (start === -1) throw unreadable('EOF');
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfText(text, at);
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth <= 0) return text.slice(start, at + 1);
    else if (depth === 0) return text;
  }
  return text;
}

function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** An answer that makes no measurement. */
export function unreadable(message: string): AssayError {
  return new AssayError('ASSAY_METRIC_UNREADABLE', message, { retry: true });
}

function mismatch(found: Value, wanted: string, name = jsonTypeOf(found)): never {
  throw unreadable(`json: cannot unmarshal ${name} into Go value of type ${wanted}`);
}

function jsonTypeOf(value: Value): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
