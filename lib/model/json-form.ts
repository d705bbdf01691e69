/**
 * How Go writes a field as JSON, as plain data. `expression/go/json-fields.ts` writes by it.
 * @source encoding/json of Go 1.26
 */
export type JsonForm =
  | { readonly is: 'may' | 'set' }
  | { readonly is: 'must'; readonly zero: unknown }
  | { readonly is: 'struct' | 'open'; readonly fields: JsonFields }
  | { readonly is: 'maybe' | 'orNull' | 'each' | 'mustEach' | 'entries'; readonly of: JsonForm }
  | { readonly is: 'type'; readonly type: string };

/** The fields of a structure, in the order in which Go writes them. */
export type JsonFields = Readonly<Record<string, JsonForm>>;

/** `omitempty`: left out when it is empty, zero or false. */
export const may: JsonForm = { is: 'may' };

/** A pointer with `omitempty`: left out only when it is not there. */
export const set: JsonForm = { is: 'set' };

/** Always there; with Go's zero value when nothing is set. */
export const must = (zero: unknown): JsonForm => ({ is: 'must', zero });

/**
 * A structure within another is always there, `omitempty` or not. Fields that it does not name are left out: name the
 * type of the structure, and none is forgotten.
 */
export const struct = <Structure = Readonly<Record<string, unknown>>>(
  fields: Readonly<Record<keyof Structure & string, JsonForm>>,
): JsonForm => ({ is: 'struct', fields });

/** A structure of Kubernetes of which only the first fields are known: the others follow in alphabetical order. */
export const open = (fields: JsonFields): JsonForm => ({ is: 'open', fields });

/** A pointer to a structure. */
export const maybe = (of: JsonForm): JsonForm => ({ is: 'maybe', of });

/** A pointer to a structure that is always there: null if nothing is set. */
export const orNull = (of: JsonForm): JsonForm => ({ is: 'orNull', of });

/** A list with `omitempty`. */
export const each = (of: JsonForm): JsonForm => ({ is: 'each', of });

/** A list that is always there: null if nothing is set. */
export const mustEach = (of: JsonForm): JsonForm => ({ is: 'mustEach', of });

/** A map of structures with `omitempty`. */
export const entries = (of: JsonForm): JsonForm => ({ is: 'entries', of });

/** A structure too large to stand here, by its name in core/v1. */
export const type = (name: string): JsonForm => ({ is: 'type', type: name });
