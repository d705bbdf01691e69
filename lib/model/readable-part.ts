import { z } from 'zod';
import { fieldAt, isOptional } from './fields.ts';
import { isObject } from './is-object.ts';
import type { Keys, Problem } from './problem.ts';
import { validateResource } from './validate.ts';
import { type SchemaKind, SCHEMAS } from './schemas.ts';

/** Filling in one field may show that others are missing in it: so deep do the schemas go. */
const MOST_ROUNDS = 12;

/**
 * A resource as Go would have it if what its schema refuses were not there: fields that may be missing are, all others
 * have the zero value of their type. So the rest of it can be looked at.
 *
 * @param problems  what `validateResource` found in it
 * @returns         undefined where nothing sound can be made of it, such as of an unknown kind
 */
export function readablePart(object: unknown, problems: readonly Problem[]): unknown {
  let part = withoutNulls(object);
  let errors = problems.filter(isError);
  for (let round = 0; round < MOST_ROUNDS && errors.length > 0; round += 1) {
    const schema = schemaOf(part);
    if (schema === undefined) return undefined;
    for (const { keys } of errors) part = replaceAt(part, keys, zeroAt(schema, keys));
    errors = validateResource(part).filter(isError);
  }
  return errors.length === 0 ? part : undefined;
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

function schemaOf(object: unknown): z.ZodType | undefined {
  const kind = isObject(object) ? object['kind'] : undefined;
  return typeof kind === 'string' && Object.hasOwn(SCHEMAS, kind) ? SCHEMAS[kind as SchemaKind] : undefined;
}

/** API servers drop fields that are null, and keep items that are. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => (field === null ? [] : [[name, withoutNulls(field)]])),
  );
}

/** Undefined: it may as well be missing. */
function zeroAt(schema: z.ZodType, keys: Keys): unknown {
  if (typeof keys.at(-1) === 'string' && isOptional(schema, keys)) return undefined;
  const field = fieldAt(schema, keys);
  if (field instanceof z.ZodString) return '';
  if (field instanceof z.ZodNumber || field instanceof z.ZodUnion) return 0;
  if (field instanceof z.ZodBoolean) return false;
  if (field instanceof z.ZodArray) return [];
  if (field instanceof z.ZodLiteral) return field.value;
  if (field instanceof z.ZodEnum) return field.options[0];
  return {};
}

function replaceAt(value: unknown, [key, ...rest]: Keys, zero: unknown): unknown {
  if (key === undefined) return zero;
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === key ? replaceAt(item, rest, zero) : (item as unknown)));
  }
  if (!isObject(value)) return value;
  const { [key]: old, ...others } = value;
  const replaced = replaceAt(old, rest, zero);
  return replaced === undefined ? others : { ...value, [key]: replaced };
}
