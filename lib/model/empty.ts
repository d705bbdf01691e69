/** Whether a field is not there. An API server may hand out a null, which Go reads as nothing. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** Whether Go leaves the field out of JSON where it is marked `omitempty`. */
export function isEmpty(value: unknown): boolean {
  if (isAbsent(value) || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

type Loose<T> = { readonly [Field in keyof T]: T[Field] | undefined };

/** An object without its empty fields, as statuses have it. Name and phase are always there. */
export function omitEmpty<T extends object>(fields: Loose<T>): T {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'name' || name === 'phase' || !isEmpty(value)) kept[name] = value;
  }
  return kept as T;
}
