import { SECRET_PLACEHOLDER } from '../analysis/arguments.ts';
import { splitAtTags, tagName } from '../analysis/substitute.ts';
import type { Argument } from '../model/analysis-run.ts';
import { isAbsent } from '../model/empty.ts';
import type { Span } from './span.ts';

/** What is known of the arguments' values, by tag. */
export interface KnownValues {
  readonly plain: ReadonlyMap<string, string>;
  /** With the placeholder that stands for a secret wherever limits and times are read. */
  readonly withPlaceholders: ReadonlyMap<string, string>;
}

export function knownValues(args: readonly Argument[]): KnownValues {
  const plain = new Map<string, string>();
  const withPlaceholders = new Map<string, string>();
  for (const { name, value, valueFrom } of args) {
    const isSecret = !isAbsent(valueFrom?.secretKeyRef);
    if (!isSecret && !isAbsent(value)) plain.set(`args.${name}`, value);
    const shown = isSecret ? SECRET_PLACEHOLDER : value;
    if (!isAbsent(shown)) withPlaceholders.set(`args.${name}`, shown);
  }
  return { plain, withPlaceholders };
}

/** A text with its tags filled in. */
export interface Filled {
  readonly text: string;
  /** Whether every value was known. */
  readonly isKnown: boolean;
  /** Where a part of it stands in the text with the tags; of a value, its tag. */
  readonly spanOf: (span: Span) => Span;
}

/**
 * Fills in what is known.
 *
 * @param guess  what stands for a value that is not known; without one there is no text then
 * @returns      undefined also where a tag does not end
 */
export function fillKnown(
  text: string,
  values: ReadonlyMap<string, string>,
  guess?: (before: string, tag: Span) => string,
): Filled | undefined {
  const { texts, tags, unclosed } = splitAtTags(text);
  if (unclosed !== undefined) return undefined;
  let [filled, at, isKnown] = ['', 0, true];
  const pieces: Piece[] = [];
  for (const [index, part] of texts.entries()) {
    pieces.push({ filled: [filled.length, filled.length + part.length], source: [at, at + part.length], isTag: false });
    filled += part;
    at += part.length;
    const tag = tags[index];
    if (tag === undefined) break;
    const source: Span = [at, at + tag.length + 4];
    const known = values.get(tagName(tag));
    const value = known ?? guess?.(filled, source);
    if (value === undefined) return undefined;
    isKnown &&= known !== undefined;
    pieces.push({ filled: [filled.length, filled.length + value.length], source, isTag: true });
    filled += value;
    at = source[1];
  }
  const spanOf = ([from, to]: Span): Span => [
    startIn(pieces, from),
    to <= from ? startIn(pieces, from) : endIn(pieces, to),
  ];
  return { text: filled, isKnown, spanOf };
}

interface Piece {
  readonly filled: Span;
  readonly source: Span;
  readonly isTag: boolean;
}

function startIn(pieces: readonly Piece[], offset: number): number {
  const piece = pieces.find(({ filled }) => offset >= filled[0] && offset < filled[1]) ?? pieces.at(-1);
  if (piece === undefined) return 0;
  return piece.isTag ? piece.source[0] : piece.source[0] + Math.min(offset, piece.filled[1]) - piece.filled[0];
}

function endIn(pieces: readonly Piece[], offset: number): number {
  const piece = pieces.find(({ filled }) => offset > filled[0] && offset <= filled[1]) ?? pieces.at(-1);
  if (piece === undefined) return 0;
  return piece.isTag ? piece.source[1] : piece.source[0] + Math.min(offset, piece.filled[1]) - piece.filled[0];
}

/** Every text in a value, keys of objects included, with the way to it. */
export function textsIn(value: unknown, keys: readonly (string | number)[]): TextAt[] {
  if (typeof value === 'string') return [{ text: value, keys, isName: false }];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...keys, index]));
  return Object.entries(value).flatMap(([key, field]) => [
    ...(key.includes('{{') ? [{ text: key, keys: [...keys, key], isName: true }] : []),
    ...textsIn(field, [...keys, key]),
  ]);
}

export interface TextAt {
  readonly text: string;
  readonly keys: readonly (string | number)[];
  /** Whether it is the name of a field, not its value. */
  readonly isName: boolean;
}

/** The tags of a text, by name, with their places. */
export function tagsOf(text: string): { readonly name: string; readonly span: Span }[] {
  const { texts, tags } = splitAtTags(text);
  let at = 0;
  return tags.map((tag, index) => {
    const from = at + (texts[index]?.length ?? 0);
    at = from + tag.length + 4;
    return { name: tagName(tag), span: [from, at] as const };
  });
}
