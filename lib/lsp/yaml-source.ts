import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type Tags,
} from 'yaml';
import type { Keys } from '../model/problem.ts';

/** A YAML text as far as it can be read: while somebody types, it is broken most of the time. */
export interface YamlSource {
  readonly text: string;
  readonly documents: readonly Document.Parsed[];
}

/** UTF-16 offsets: where something begins, and where it has ended. */
export type Span = readonly [from: number, to: number];

/** Where in a document an offset is. */
export interface Place {
  readonly document: Document.Parsed;
  /** The field; of the name of a field, that field. */
  readonly keys: Keys;
  readonly role: 'key' | 'value';
  readonly scalar: Scalar;
  readonly span: Span;
}

/** Reads a text as `readDocuments` of the command line does, keeping what is broken. Never throws. */
export function parseSource(text: string): YamlSource {
  try {
    const parsed = parseAllDocuments(text, {
      version: '1.1',
      customTags: withoutTimes,
      stringKeys: true,
      prettyErrors: false,
      logLevel: 'silent',
    });
    return { text, documents: Array.isArray(parsed) ? parsed : [] };
  } catch {
    // The parser takes what is broken as it comes; should some text be too much for it, the text is as good as empty.
    return { text, documents: [] };
  }
}

function withoutTimes(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp')));
}

/** The key or value that the offset is in, its end included. */
export function placeAt({ documents }: YamlSource, offset: number): Place | undefined {
  for (const document of documents) {
    const found = findScalar(document, (scalar) => covers(scalar.range, offset));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first key or value, in the order of the text, that `suits`. */
export function findScalar(document: Document.Parsed, suits: (scalar: Scalar) => boolean): Place | undefined {
  const pending: { readonly node: unknown; readonly keys: Keys; readonly role: Place['role'] }[] = [
    { node: document.contents, keys: [], role: 'value' },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, keys, role } = next;
    if (isScalar(node) && node.range && suits(node)) {
      return { document, keys, role, scalar: node, span: [node.range[0], node.range[1]] };
    }
    pending.push(...childrenOf(node, keys).toReversed());
  }
  return undefined;
}

function childrenOf(node: unknown, keys: Keys): { node: unknown; keys: Keys; role: Place['role'] }[] {
  if (isMap(node)) {
    return node.items.flatMap(({ key, value }) => {
      const at = [...keys, keyText(key)];
      return [
        { node: key, keys: at, role: 'key' as const },
        { node: value, keys: at, role: 'value' as const },
      ];
    });
  }
  if (!isSeq(node)) return [];
  return node.items.map((item, index) => ({ node: item, keys: [...keys, index], role: 'value' as const }));
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}

function covers(range: Node['range'], offset: number): boolean {
  return range !== undefined && range !== null && range[0] <= offset && offset <= range[1];
}

/** The node at `keys`, aliases followed; undefined where there is none. */
export function nodeAt(document: Document.Parsed, keys: Keys): Node | undefined {
  let node: unknown = document.contents;
  for (const key of keys) {
    const child = childOf(resolved(node, document), key);
    node = isPair(child) ? child.value : child;
    if (node === undefined || node === null) return undefined;
  }
  const found = resolved(node, document);
  return isNode(found) ? found : undefined;
}

/** The span of the field at `keys`, with its name; undefined where there is none. */
export function fieldSpan(document: Document.Parsed, keys: Keys): Span | undefined {
  const last = keys.at(-1);
  if (last === undefined) return spanOf(document.contents);
  const parent = nodeAt(document, keys.slice(0, -1));
  const child = parent && childOf(parent, last);
  if (!isPair(child)) return spanOf(child);
  const [from] = spanOf(child.key) ?? [];
  const [, to] = spanOf(child.value) ?? spanOf(child.key) ?? [];
  return from === undefined || to === undefined ? undefined : [from, to];
}

/** The span of what stands at `keys`, without its name. */
export function valueSpan(document: Document.Parsed, keys: Keys): Span | undefined {
  return spanOf(nodeAt(document, keys));
}

function spanOf(node: unknown): Span | undefined {
  return isNode(node) && node.range ? [node.range[0], node.range[1]] : undefined;
}

function childOf(node: unknown, key: string | number): Pair | Node | undefined {
  if (isMap(node)) return node.items.find((pair) => keyText(pair.key) === String(key));
  const item = isSeq(node) && typeof key === 'number' ? node.items[key] : undefined;
  return isNode(item) ? item : undefined;
}

function resolved(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** What a document says; undefined where it has too many aliases, or one without an anchor. */
export function valueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch {
    return undefined;
  }
}

/** The value at `keys`, undefined where there is none. */
export function valueAt(value: unknown, keys: Keys): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string | number, unknown>)[key];
  }
  return found;
}
