import type { Document } from 'yaml';
import { isObject } from '../model/is-object.ts';
import type { Keys } from '../model/problem.ts';
import { type SchemaKind, SCHEMAS } from '../model/schemas.ts';
import { valueAt, valueOf, valueSpan, type YamlSource } from './yaml-source.ts';

/** A resource in a text: a document, or an item of a `List`. It may be broken: nothing of its inside is certain. */
export interface EditedResource {
  readonly document: Document.Parsed;
  /** The way to it from the top of its document: empty, or `items` and an index. */
  readonly root: Keys;
  readonly value: Readonly<Record<string, unknown>>;
  readonly kind: string;
  readonly name: string;
  /** Empty where the text names none. */
  readonly namespace: string;
}

/** The resources of Argo Rollouts in a text. Documents of other groups are nobody's business here. */
export function resourcesOf({ documents }: YamlSource): EditedResource[] {
  return documents.flatMap((document) => {
    const value = valueOf(document);
    if (!isObject(value)) return [];
    const { items, kind } = value;
    const isList = typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items);
    const roots: Keys[] = isList ? items.map((_, index) => ['items', index]) : [[]];
    return roots.flatMap((root) => resourceFrom(document, root, valueAt(value, root)) ?? []);
  });
}

const GROUP = /^argoproj\.io(\/|$)/;

function resourceFrom(document: Document.Parsed, root: Keys, value: unknown): EditedResource | undefined {
  if (!isObject(value)) return undefined;
  const { apiVersion, kind, metadata } = value;
  const isArgo = typeof apiVersion === 'string' && GROUP.test(apiVersion);
  if (!isArgo && !(apiVersion === undefined && isKnownKind(kind))) return undefined;
  return {
    document,
    root,
    value,
    kind: textOf(kind),
    name: textOf(isObject(metadata) ? metadata['name'] : undefined),
    namespace: textOf(isObject(metadata) ? metadata['namespace'] : undefined),
  };
}

/** The resource that the field at `keys` of a document belongs to, and the way to the field from its top. */
export function resourceAt(
  resources: readonly EditedResource[],
  document: Document.Parsed,
  keys: Keys,
): { readonly resource: EditedResource; readonly path: Keys } | undefined {
  const resource = resources.find(
    (each) => each.document === document && each.root.every((key, index) => keys[index] === key),
  );
  return resource && { resource, path: keys.slice(resource.root.length) };
}

/** The resource that an offset of the text is in, be it between its fields or in what is broken. */
export function resourceAround(resources: readonly EditedResource[], offset: number): EditedResource | undefined {
  const near = resources.filter(({ document: { range } }) => range[0] <= offset && offset <= range[2]);
  return near.findLast(({ document, root }) => (valueSpan(document, root)?.[0] ?? 0) <= offset) ?? near[0];
}

/** Whether there is a schema for the kind. */
export function isKnownKind(kind: unknown): kind is SchemaKind {
  return typeof kind === 'string' && Object.hasOwn(SCHEMAS, kind);
}

/** The objects in the list at `keys` of a value, each with its index; whatever else stands in it is left out. */
export function objectsAt(value: unknown, keys: Keys): [number, Readonly<Record<string, unknown>>][] {
  const list = valueAt(value, keys);
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, index): [number, Record<string, unknown>][] =>
    isObject(item) ? [[index, item]] : [],
  );
}

/** The text itself; empty for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
