import { z } from 'zod';

/** A schema as a CRD may hold it: the part of JSON Schema that the API server calls structural. */
export interface StructuralSchema {
  description?: string;
  type?: string;
  format?: string;
  enum?: readonly unknown[];
  default?: unknown;
  anyOf?: readonly { readonly type: string }[];
  required?: readonly string[];
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: StructuralSchema;
  items?: StructuralSchema;
  'x-kubernetes-int-or-string'?: true;
  'x-kubernetes-list-type'?: 'atomic' | 'map';
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-map-type'?: 'atomic';
  'x-kubernetes-preserve-unknown-fields'?: true;
  'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[];
}

/** What zod's JSON Schema has beyond a structural one, as far as our schemas use it. */
interface JsonSchema extends Omit<StructuralSchema, 'properties' | 'additionalProperties' | 'items'> {
  readonly properties?: Record<string, JsonSchema>;
  readonly additionalProperties?: false | JsonSchema;
  readonly items?: JsonSchema;
  readonly open?: true;
}

/**
 * The structural schema of a zod schema that is made of the types in `lib/model/schema.ts`.
 *
 * Strict objects are pruned by the API server and open ones keep what they are given; bounds are those of the
 * format, and an open list of words is any string, as in Argo's CRDs.
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return toStructural(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as JsonSchema);
}

function toStructural(json: JsonSchema): StructuralSchema {
  return {
    ...pick(json, 'description'),
    ...typeOf(json),
    ...pick(json, 'format'),
    ...(json.enum && !json.open && { enum: json.enum }),
    ...pick(json, 'default'),
    ...pick(json, 'x-kubernetes-list-type'),
    ...pick(json, 'x-kubernetes-list-map-keys'),
    ...pick(json, 'x-kubernetes-map-type'),
    ...pick(json, 'x-kubernetes-validations'),
    ...openness(json),
    ...pick(json, 'required'),
    ...(json.properties && { properties: mapValues(json.properties, toStructural) }),
    ...(json.items && { items: toStructural(json.items) }),
  };
}

function typeOf(json: JsonSchema): StructuralSchema {
  if (json['x-kubernetes-int-or-string'] === undefined) return pick(json, 'type');
  return { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true };
}

/** zod says `{}` of the further fields where it accepts any. */
function openness({ additionalProperties: further }: JsonSchema): StructuralSchema {
  if (further === undefined || further === false) return {};
  if (Object.keys(further).length === 0) return { 'x-kubernetes-preserve-unknown-fields': true };
  return { additionalProperties: toStructural(further) };
}

function pick<Key extends keyof JsonSchema & keyof StructuralSchema>(
  json: JsonSchema,
  key: Key,
): Pick<StructuralSchema, Key> {
  return (json[key] === undefined ? {} : { [key]: json[key] }) as Pick<StructuralSchema, Key>;
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
