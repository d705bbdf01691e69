import { parseDocument } from 'yaml';
import type { Span, ValueEdit } from './span.ts';
import { scalarSourceOffset } from './scalar-source.ts';

/** A scalar as it stands in its file. */
export interface EditableScalar {
  /** Where it begins in the file. */
  readonly from: number;
  /** With its quotes, or its `|`. */
  readonly source: string;
  readonly value: unknown;
  /** Whether it is within `{` or `[`, where plain texts may hold less. */
  readonly isFlow: boolean;
}

export interface SourceEdit {
  readonly span: Span;
  readonly text: string;
}

/**
 * Edits of a scalar's value as edits of its source. Quotes and blocks stay as they are; a plain text that could not hold
 * the new value gets quotes.
 *
 * @param edits  either one of the whole, whose text is YAML, or some of parts, whose texts are parts of the value
 */
export function editScalar(scalar: EditableScalar, edits: readonly ValueEdit[]): readonly SourceEdit[] | undefined {
  const { from, source, value } = scalar;
  const [first] = edits;
  if (first && first.span === undefined) return wholeEdit(scalar, first.text);
  if (typeof value !== 'string') return undefined;
  const parts = edits.flatMap(({ span, text }) => (span ? [{ span, text }] : [])).toSorted(byPlace);
  const inSource = parts.map(({ span: [start, end], text }) => ({
    span: [sourceOffset(scalar, value, start), sourceEnd(scalar, value, [start, end])] as const,
    text: escapeFor(source, text),
  }));
  const wanted = replaceParts(value, parts);
  const whole = [{ span: [from, from + source.length] as const, text: `'${wanted.replaceAll("'", "''")}'` }];
  const moved = inSource.map(({ span, text }) => ({ span: [from + span[0], from + span[1]] as const, text }));
  // The context of a block is its indentation, which stays.
  if (/^[|>]/.test(source)) return moved;
  if (readsAs(replaceParts(source, inSource), wanted, scalar)) return moved;
  return wanted.includes('\n') || !readsAs(whole[0]?.text ?? '', wanted, scalar) ? undefined : whole;
}

/** What was read of `off`, `0777` or `1.10` is not what stands there: quotes go around that, and no other mend is certain. */
function wholeEdit({ from, source, value }: EditableScalar, text: string): readonly SourceEdit[] | undefined {
  const span: Span = [from, from + source.length];
  if (typeof value === 'string' || source === String(value)) return [{ span, text }];
  return text === JSON.stringify(String(value)) ? [{ span, text: JSON.stringify(source) }] : undefined;
}

function byPlace(a: SourceEdit, b: SourceEdit): number {
  return a.span[0] - b.span[0];
}

function sourceOffset({ source }: EditableScalar, value: string, offset: number): number {
  // Behind the last character, and before the quote.
  if (offset >= value.length && value.length > 0) return scalarSourceOffset(source, value, value.length - 1) + 1;
  return scalarSourceOffset(source, value, offset);
}

function sourceEnd(scalar: EditableScalar, value: string, [start, end]: Span): number {
  return end <= start ? sourceOffset(scalar, value, start) : scalarSourceOffset(scalar.source, value, end - 1) + 1;
}

function escapeFor(source: string, text: string): string {
  if (source.startsWith("'")) return text.replaceAll("'", "''");
  return source.startsWith('"') ? text.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`) : text;
}

function replaceParts(text: string, parts: readonly SourceEdit[]): string {
  return parts.reduceRight(
    (whole, { span: [from, to], text: by }) => whole.slice(0, from) + by + whole.slice(to),
    text,
  );
}

function readsAs(source: string, wanted: string, { isFlow }: EditableScalar): boolean {
  const document = parseDocument(isFlow ? `{a: ${source}}` : `a: ${source}`, { version: '1.1', logLevel: 'silent' });
  if (document.errors.length > 0) return false;
  const read: unknown = document.toJS();
  return (
    typeof read === 'object' && read !== null && 'a' in read && read.a === wanted && Object.keys(read).length === 1
  );
}
