import { z } from 'zod';
import type { Keys } from './problem.ts';

/** The schema of the field that `keys` leads to, or undefined where the schema has none, as within open objects. */
export function fieldAt(schema: z.ZodType, keys: Keys): z.ZodType | undefined {
  let field: unknown = schema;
  for (const key of keys) field = step(unwrap(field), key);
  return unwrap(field);
}

/** The names of the fields that an object may have, in the order of the schema. */
export function fieldNames(schema: z.ZodType | undefined): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Whether the object or map that holds the field may do without it. */
export function isOptional(schema: z.ZodType, keys: Keys): boolean {
  const holder = fieldAt(schema, keys.slice(0, -1));
  return holder instanceof z.ZodRecord || step(holder, keys.at(-1) ?? '') instanceof z.ZodExactOptional;
}

function step(schema: z.ZodType | undefined, key: string | number): unknown {
  if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return undefined;
}

function unwrap(schema: unknown): z.ZodType | undefined {
  if (schema instanceof z.ZodExactOptional) return unwrap(schema.unwrap());
  return schema instanceof z.ZodType ? schema : undefined;
}
