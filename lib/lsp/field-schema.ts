import { z } from 'zod';
import type { Keys } from '../model/problem.ts';
import { type SchemaKind, SCHEMAS } from '../model/schemas.ts';

/** What a schema says of one field, as far as an editor shows it. */
export interface FieldSchema {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly anyOf?: readonly FieldSchema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly additionalProperties?: false | FieldSchema;
  readonly items?: FieldSchema;
  /** A duration, such as `1h30m`. */
  readonly duration?: true;
}

/** The kinds that have a schema. */
export const KNOWN_KINDS = Object.keys(SCHEMAS);

const known = new Map<SchemaKind, FieldSchema>();

/** The schema of a kind; made once, for it takes a few milliseconds. */
function schemaOf(kind: SchemaKind): FieldSchema {
  let schema = known.get(kind);
  if (schema === undefined) {
    schema = z.toJSONSchema(SCHEMAS[kind], { target: 'openapi-3.0', io: 'input' }) as FieldSchema;
    known.set(kind, schema);
  }
  return schema;
}

/** The schema of the field at `path` of a kind; undefined for a field that the kind has not. */
export function fieldSchema(kind: SchemaKind, path: Keys): FieldSchema | undefined {
  let schema: FieldSchema | undefined = schemaOf(kind);
  for (const key of path) {
    if (schema === undefined) return undefined;
    schema = typeof key === 'number' ? schema.items : propertyOf(schema, key);
  }
  return schema;
}

function propertyOf({ properties, additionalProperties }: FieldSchema, key: string): FieldSchema | undefined {
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return additionalProperties === false ? undefined : additionalProperties;
}

/** The type of a field as one word or two: `string`, `list of objects`, `integer or string`. */
export function typeName({ type, anyOf, items, duration }: FieldSchema): string {
  if (anyOf !== undefined) return anyOf.map(typeName).join(' or ');
  if (duration === true) return 'duration';
  if (type !== 'array') return type ?? 'anything';
  return items?.type === undefined ? 'list' : `list of ${items.type}s`;
}
