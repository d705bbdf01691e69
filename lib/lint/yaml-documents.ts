import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Tags,
  visit,
} from 'yaml';
import { rawInteger } from '../model/exact-json.ts';
import type { Keys } from '../model/problem.ts';
import type { Position, Range, TextEdit } from './finding.ts';
import { explainBraces } from './helm-syntax.ts';
import { type EditableScalar, editScalar } from './edit-scalar.ts';
import type { Span, ValueEdit } from './span.ts';
import { Lines } from './lines.ts';
import { scalarSourceOffset } from './scalar-source.ts';

/** One document of a text, and where its fields stand. */
export interface SourceDocument {
  readonly value: unknown;
  /**
   * Where the field at `keys` stands: its name, or the item of a list; of what is missing, the nearest thing around it.
   * With `offset`, that character (a UTF-16 offset) within the text that is the field's value.
   */
  readonly locate: (keys: Keys, offset?: number) => Position;
  /**
   * What to mark of the field at `keys`: its value where that is a text or a number, a part of it with `span`; of lists
   * and maps the name; of what is missing, what is around it.
   */
  readonly rangeOf: (keys: Keys, span?: Span) => Range;
  /** Edits of values as edits of the text that keep quotes and blocks; undefined where they cannot be made. */
  readonly textEdits: (edits: readonly ValueEdit[]) => readonly TextEdit[] | undefined;
  /** The value at `keys` as it stands in the text, if it is a scalar. */
  readonly sourceAt: (keys: Keys) => string | undefined;
  /** Whether a comment follows the value at `keys`. */
  readonly hasComment: (keys: Keys) => boolean;
}

export interface SyntaxProblem extends Position {
  readonly message: string;
  /** Whether it is a {{ without quotes. */
  readonly isBraces?: true;
  readonly fix?: readonly TextEdit[];
}

export interface SourceText {
  readonly documents: readonly SourceDocument[];
  /** What is no YAML; documents with such problems are left out. */
  readonly problems: readonly SyntaxProblem[];
}

/**
 * Reads the documents of a YAML or JSON text as kubectl does: YAML 1.1, its merge keys and its many words for true
 * and false included, but dates and `1:30` are strings. Empty documents are left out. Never throws.
 *
 * @source sigs.k8s.io/yaml v1.6
 */
export function readDocuments(text: string): SourceText {
  const lines = new Lines(text);
  const parsed = parseAllDocuments(text, {
    version: '1.1',
    customTags: withoutTimes,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'error', // What is wrong is reported here, not printed by the parser.
  });
  const at = (offset: number) => lines.positionOf(offset);

  const documents: SourceDocument[] = [];
  const problems: SyntaxProblem[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const found = findSyntaxProblems(document, text, at);
    problems.push(...found);
    if (found.length > 0 || isEmpty(document)) continue;
    keepDigits(document);
    documents.push({
      value: document.toJS(),
      locate: (keys, offset) => at(offsetOf(document, text, keys, offset)),
      rangeOf(keys, span) {
        const [from, to] = spanOf(document, text, keys, span);
        return { start: at(from), end: at(to) };
      },
      textEdits: (edits) => textEdits(document, text, edits, at),
      sourceAt: (keys) => editableAt(document, text, keys)?.source,
      hasComment(keys) {
        const { value, isThere } = fieldAt(document, keys);
        return isThere && Boolean(value?.comment);
      },
    });
  }
  return { documents, problems };
}

/** As `parseJson` does: see there. */
function keepDigits(document: Document): void {
  visit(document, {
    Pair(_key, { key, value }) {
      if (!isScalar(key) || key.value !== 'jsonBody' || !isNode(value)) return undefined;
      visit(value, {
        Scalar(_at, scalar) {
          if (typeof scalar.value === 'number') scalar.value = rawInteger(scalar.source ?? '') ?? scalar.value;
        },
      });
      return visit.SKIP;
    },
  });
}

function withoutTimes(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp')));
}

function isEmpty({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

/**
 * One line of Helm makes many errors of YAML, and one slip of YAML makes others behind it: they are told as one. Keys
 * that are there twice are told each.
 */
function findSyntaxProblems(
  document: Document.Parsed,
  text: string,
  at: (offset: number) => Position,
): readonly SyntaxProblem[] {
  const found: SyntaxProblem[] = [];
  for (const { message, pos, code } of document.errors) {
    const lineStart = text.lastIndexOf('\n', pos[0] - 1) + 1;
    const line = text.slice(lineStart).split('\n', 1)[0] ?? '';
    const explained = explainBraces(line);
    if (explained !== undefined) {
      const from = lineStart + line.indexOf('{{');
      return [{ ...at(from), message: explained, isBraces: true, ...quotes(text, from, at) }];
    }
    if (code === 'DUPLICATE_KEY' || found.length === 0) found.push({ ...at(pos[0]), message: plainly(message) });
    if (code !== 'DUPLICATE_KEY') break;
  }
  if (found.length > 0) return found;
  try {
    const value: unknown = document.toJS();
    if (!text.includes('*') || !containsItself(value)) return [];
    return [{ ...at(document.range[0]), message: 'an anchor contains itself' }];
  } catch (error) {
    // Aliases without an anchor, and too many of them, are only found now.
    const message = error instanceof Error ? error.message : String(error);
    return [{ ...at(document.range[0]), message: plainly(message) }];
  }
}

/** API servers refuse it, and whoever walks through such a value never ends. */
function containsItself(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return false;
  } catch (error) {
    return error instanceof TypeError;
  }
}

/** JavaScript's stack ends in what nests deeper than any sensible file. */
function plainly(message: string): string {
  return message.includes('call stack') ? 'it nests too deeply' : message;
}

/** Quotes around an argument that is all of its line. */
function quotes(text: string, from: number, at: (offset: number) => Position): Pick<SyntaxProblem, 'fix'> {
  const [value] = /^\{\{[ \t]*args\.[^{}"'\n]*\}\}[^\s"'#,{}[\]]*(?=[ \t]*\r?(?:\n|$))/.exec(text.slice(from)) ?? [];
  if (value === undefined) return {};
  const range = { start: at(from), end: at(from + value.length) };
  return { fix: [{ range, text: `"${value}"` }] };
}

function offsetOf(document: Document, text: string, keys: Keys, offset: number | undefined): number {
  let node: Node | null = document.contents;
  let start = startOf(node);
  for (const key of keys) {
    const child = childOf(node, key, document);
    if (child === undefined) return start;
    start = isPair(child) ? startOf(child.key) : startOf(child);
    const value = isPair(child) ? child.value : child;
    node = isNode(value) ? value : null;
  }
  const scalar = isAlias(node) ? node.resolve(document) : node;
  if (offset === undefined || !isScalar(scalar) || typeof scalar.value !== 'string' || !scalar.range) return start;
  const [from, to] = scalar.range;
  return from + scalarSourceOffset(text.slice(from, to), scalar.value, offset);
}

/** What a field is: where its name is, and its value. */
interface FieldNodes {
  readonly name: Node | undefined;
  readonly value: Node | null;
  /** Whether it is within `{` or `[`. */
  readonly isFlow: boolean;
  readonly isThere: boolean;
}

function fieldAt(document: Document, keys: Keys): FieldNodes {
  let value: Node | null = document.contents;
  let name: Node | undefined;
  let isFlow = false;
  for (const key of keys) {
    const child = childOf(value, key, document);
    if (child === undefined) return { name, value, isFlow, isThere: false };
    isFlow ||= isCollection(value) && value.flow === true;
    const inner: unknown = isPair(child) ? child.value : child;
    name = isPair(child) && isNode(child.key) ? child.key : undefined;
    value = isNode(inner) ? inner : null;
  }
  return { name, value, isFlow, isThere: true };
}

function spanOf(document: Document, text: string, keys: Keys, span: Span | undefined): Span {
  const { name, value, isThere } = fieldAt(document, keys);
  const scalar = isAlias(value) && span ? value.resolve(document) : value;
  const range = isScalar(scalar) && scalar.value !== null ? scalar.range : undefined;
  if (!isThere || !isScalar(scalar) || !range) return rangeOfName(name, value, document);
  const [from, to] = range;
  if (span === undefined || typeof scalar.value !== 'string') return [from, trimmedEnd(text, from, to)];
  const source = text.slice(from, to);
  const start = from + scalarSourceOffset(source, scalar.value, span[0]);
  const end = from + endOffset(source, scalar.value, span);
  return [start, Math.max(start, end)];
}

/** Behind the last character of the span, and not before the first of what follows: that may be on another line. */
function endOffset(source: string, value: string, [from, to]: Span): number {
  return to <= from ? scalarSourceOffset(source, value, from) : scalarSourceOffset(source, value, to - 1) + 1;
}

function trimmedEnd(text: string, from: number, to: number): number {
  return from + text.slice(from, to).trimEnd().length;
}

function rangeOfName(name: Node | undefined, value: Node | null, document: Document): Span {
  const [first] = isMap(value) ? value.items : [];
  const node = name ?? (first && isNode(first.key) ? first.key : value) ?? document.contents;
  const [from, to] = node?.range ?? [0, 0];
  return [from, isCollection(node) ? from : to];
}

function textEdits(
  document: Document,
  text: string,
  edits: readonly ValueEdit[],
  at: (offset: number) => Position,
): readonly TextEdit[] | undefined {
  const scalars = new Map<string, { scalar: EditableScalar; edits: ValueEdit[] }>();
  for (const edit of edits) {
    const id = JSON.stringify(edit.keys);
    const known = scalars.get(id);
    if (known) {
      known.edits.push(edit);
      continue;
    }
    const scalar = editableAt(document, text, edit.keys);
    if (scalar === undefined) return undefined;
    scalars.set(id, { scalar, edits: [edit] });
  }
  const made = [...scalars.values()].map((entry) => editScalar(entry.scalar, entry.edits));
  if (made.includes(undefined)) return undefined;
  return made
    .flatMap((each) => each ?? [])
    .map(({ span, text: by }) => ({
      range: { start: at(span[0]), end: at(span[1]) },
      text: by,
    }));
}

function editableAt(document: Document, text: string, keys: Keys): EditableScalar | undefined {
  const { value: node, isFlow, isThere } = fieldAt(document, keys);
  // What an anchor names stands in other places too.
  if (!isThere || !isScalar(node) || !node.range || node.anchor !== undefined || node.tag !== undefined)
    return undefined;
  const [from, to] = node.range;
  return { from, source: text.slice(from, trimmedEnd(text, from, to)), value: node.value, isFlow };
}

function childOf(node: Node | null, key: string | number, document: Document): Pair | Node | undefined {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (isMap(target)) return target.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
  if (!isSeq(target) || typeof key !== 'number') return undefined;
  const item = target.items[key];
  return isNode(item) ? item : undefined;
}

function startOf(node: unknown): number {
  return (isNode(node) && node.range?.[0]) || 0;
}
