import { compare } from './strings.ts';
import { isAbsent, isEmpty } from '../../model/empty.ts';
import { isRawNumber } from '../../model/exact-json.ts';
import { isObject } from '../../model/is-object.ts';
import { quoteJson } from './json-quote.ts';
import type { JsonForm } from '../../model/json-form.ts';

/**
 * Writes one field as JSON; undefined where Go leaves the field out. What has another shape than its type is written as
 * it stands: the API server, which has to judge it, says so in its own words.
 */
export type Write = (value: unknown) => string | undefined;

/**
 * JSON as Go writes it: without blanks, and with `<`, `>`, `&` and the two line separators escaped. Keys are sorted by
 * their bytes: Go does so with maps, and the API server with what it hands on unread.
 *
 * @source encoding/json of Go 1.26
 */
export function goJson(value: unknown): string {
  if (isRawNumber(value)) return value.rawJSON;
  if (Array.isArray(value)) return `[${value.map(goJson).join()}]`;
  if (typeof value === 'object' && value !== null)
    return join(byKey(value).map(([key, field]) => [key, goJson(field)]));
  return typeof value === 'string' ? quoteJson(value) : JSON.stringify(value);
}

/** `omitempty`: left out when it is empty, zero or false. */
export const may: Write = (value) => (isEmpty(value) ? undefined : goJson(value));

/** A pointer with `omitempty`: left out only when it is not there. */
export const set: Write = (value) => (isAbsent(value) ? undefined : goJson(value));

/** Always there; with Go's zero value when nothing is set. */
export const must =
  (zero: unknown): Write =>
  (value) =>
    goJson(value ?? zero);

/** A map with `omitempty`. */
export const map = may;

/** A structure within another is always there, `omitempty` or not. Fields that it does not name are left out. */
export const struct =
  (fields: Readonly<Record<string, Write>>) =>
  (value: unknown): string => {
    if (!isShaped(value)) return goJson(value);
    const source = (value ?? {}) as Readonly<Record<string, unknown>>;
    return join(Object.entries(fields).map(([name, write]) => [name, write(source[name])]));
  };

/** A structure of Kubernetes of which only the first fields are known: the others follow in alphabetical order. */
export const open =
  (fields: Readonly<Record<string, Write>>) =>
  (value: unknown): string => {
    if (!isShaped(value)) return goJson(value);
    const source = (value ?? {}) as Readonly<Record<string, unknown>>;
    const others = byKey(source).filter(([name]) => !Object.hasOwn(fields, name));
    return join([
      ...Object.entries(fields).map(([name, write]) => [name, write(source[name])] as const),
      ...others.map(([name, field]) => [name, set(field)] as const),
    ]);
  };

/** A pointer to a structure. */
export const maybe =
  (write: Write): Write =>
  (value) =>
    isAbsent(value) ? undefined : write(value);

/** A pointer to a structure that is always there: null if nothing is set. */
export const orNull =
  (write: Write): Write =>
  (value) =>
    maybe(write)(value) ?? 'null';

/** A list with `omitempty`. */
export const each =
  (write: Write): Write =>
  (value) =>
    isEmpty(value) ? undefined : Array.isArray(value) ? `[${value.map((item) => write(item)).join()}]` : goJson(value);

/** A list that is always there: null if nothing is set. */
export const mustEach =
  (write: Write): Write =>
  (value) =>
    Array.isArray(value) && value.length === 0 ? '[]' : (each(write)(value) ?? 'null');

/** A map of structures with `omitempty`. */
export const entries =
  (write: Write): Write =>
  (value) =>
    isEmpty(value) ? undefined : join(byKey(value as object).map(([name, item]) => [name, write(item)]));

/**
 * The writer of a form that is data.
 * @param types  writers of the structures that stand in it by name
 */
export function writerOf(form: JsonForm, types: Readonly<Record<string, Write>> = {}): Write {
  switch (form.is) {
    case 'may':
      return may;
    case 'set':
      return set;
    case 'must':
      return must(form.zero);
    case 'type': {
      const write = types[form.type];
      if (!write) throw new Error(`nothing writes ${form.type}`);
      return write;
    }
    case 'struct':
    case 'open': {
      const fields = Object.entries(form.fields).map(([name, field]) => [name, writerOf(field, types)] as const);
      return (form.is === 'struct' ? struct : open)(Object.fromEntries(fields));
    }
    default: {
      const combine = { maybe, orNull, each, mustEach, entries }[form.is];
      return combine(writerOf(form.of, types));
    }
  }
}

/** Whether a structure can be read of it. */
export function isShaped(value: unknown): boolean {
  return isAbsent(value) || isObject(value);
}

function join(fields: readonly (readonly [string, string | undefined])[]): string {
  const written = fields.flatMap(([name, text]) => (text === undefined ? [] : `${quoteJson(name)}:${text}`));
  return `{${written.join()}}`;
}

function byKey(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([left], [right]) => compare(left, right));
}
