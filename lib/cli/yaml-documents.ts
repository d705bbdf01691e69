import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Tags,
  visit,
} from 'yaml';
import { rawInteger } from '../model/exact-json.ts';
import type { Keys } from '../model/problem.ts';
import { explainBraces } from './helm-syntax.ts';
import { scalarSourceOffset } from './scalar-source.ts';

/** A place in a text: line and column from 1, columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One document of a text, and where its fields stand. */
export interface SourceDocument {
  readonly value: unknown;
  /**
   * Where the field at `keys` stands: its name, or the item of a list; of what is missing, the nearest thing around it.
   * With `offset`, that character (a UTF-16 offset) within the text that is the field's value.
   */
  readonly locate: (keys: Keys, offset?: number) => Position;
}

export interface SyntaxProblem extends Position {
  readonly message: string;
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
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    version: '1.1',
    customTags: withoutTimes,
    stringKeys: true,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error', // What is wrong is reported here, not printed by the parser.
  });
  const at = (offset: number) => positionAt(offset, lines);

  const documents: SourceDocument[] = [];
  const problems: SyntaxProblem[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const found = findSyntaxProblems(document, text, at);
    problems.push(...found);
    if (found.length > 0 || isEmpty(document)) continue;
    keepDigits(document);
    documents.push({ value: document.toJS(), locate: (keys, offset) => at(offsetOf(document, text, keys, offset)) });
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

function positionAt(offset: number, lines: LineCounter): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function isEmpty({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

/** One line of Helm makes many errors of YAML: they are told as one. */
function findSyntaxProblems(document: Document.Parsed, text: string, at: (offset: number) => Position) {
  const found: SyntaxProblem[] = [];
  for (const { message, pos } of document.errors) {
    const lineStart = text.lastIndexOf('\n', pos[0] - 1) + 1;
    const line = text.slice(lineStart).split('\n', 1)[0] ?? '';
    const explained = explainBraces(line);
    if (explained !== undefined) return [{ ...at(lineStart + line.indexOf('{{')), message: explained }];
    found.push({ ...at(pos[0]), message });
  }
  if (found.length > 0) return found;
  try {
    document.toJS();
    return [];
  } catch (error) {
    // Aliases without an anchor, and too many of them, are only found now.
    return [{ ...at(document.range[0]), message: error instanceof Error ? error.message : String(error) }];
  }
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
