import { isDeepStrictEqual } from 'node:util';

/** What differs between the outcome wanted and the one got; undefined: nothing. */
export function differ(what: string, want: unknown, got: unknown): string | undefined {
  // Through JSON: a field that is undefined is one that is not there.
  const plain: unknown = got === undefined ? undefined : JSON.parse(JSON.stringify(got));
  return isDeepStrictEqual(want, plain) ? undefined : `${what}: want ${show(want)}, got ${show(plain)}`;
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** Without objects, lists and nulls that say nothing, however deep. */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutEmpty(item));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value)
    .map(([name, field]) => [name, withoutEmpty(field)] as const)
    .filter(
      ([, field]) =>
        field !== null && field !== undefined && !(typeof field === 'object' && Object.keys(field).length === 0),
    );
  return Object.fromEntries(fields);
}
