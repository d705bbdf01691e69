import type { StructuralSchema } from '../../infra/cluster/structural.ts';

/** What a CRD says about one field, without descriptions. */
export interface FieldFact {
  readonly type: string;
  readonly required?: true;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly listType?: string;
  readonly mapType?: string;
  /** The API server keeps fields that the schema does not name. */
  readonly open?: true;
}

/** Every field below a schema by its path; `[]` is any item of a list, `{}` any entry of a map. */
export function fieldTable(schema: StructuralSchema, path = ''): Record<string, FieldFact> {
  const table: Record<string, FieldFact> = {};
  for (const [step, child, isRequired] of children(schema)) {
    const childPath = path === '' ? step.replace(/^\./, '') : path + step;
    table[childPath] = factOf(child, isRequired);
    Object.assign(table, fieldTable(child, childPath));
  }
  return table;
}

function* children(schema: StructuralSchema): Generator<[step: string, child: StructuralSchema, isRequired: boolean]> {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    yield [`.${name}`, child, schema.required?.includes(name) ?? false];
  }
  if (schema.items) yield ['[]', schema.items, false];
  if (schema.additionalProperties) yield ['{}', schema.additionalProperties, false];
}

function factOf(schema: StructuralSchema, isRequired: boolean): FieldFact {
  return {
    type: schema['x-kubernetes-int-or-string'] ? 'int-or-string' : (schema.type ?? 'any'),
    ...(isRequired && { required: true }),
    ...(schema.format !== undefined && { format: schema.format }),
    ...(schema.enum && { enum: schema.enum }),
    ...(schema.default !== undefined && { default: schema.default }),
    ...(schema['x-kubernetes-list-type'] && { listType: schema['x-kubernetes-list-type'] }),
    ...(schema['x-kubernetes-map-type'] && { mapType: schema['x-kubernetes-map-type'] }),
    ...(schema['x-kubernetes-preserve-unknown-fields'] && { open: true }),
  };
}
