import { isObject } from './is-object.ts';

/** What is kept as it stands, nulls included. */
const UNREAD: ReadonlySet<string> = new Set(['jsonBody', 'plugin']);

/** An object as an API server stores it: fields that are null are not there. Items of lists stay. */
export function withoutNulls<T>(value: T): T {
  return strip(value) as T;
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (!isObject(value)) return value;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== null)
    .map(([name, field]) => [name, UNREAD.has(name) ? field : strip(field)]);
  return Object.fromEntries(fields);
}
