import { quote } from '../expression/go/strconv.ts';
import { ArgumentError } from './spec-error.ts';

const OPEN = '{{';
const CLOSE = '}}';

/** A text and the tags in it: `texts[0]`, `tags[0]`, `texts[1]`, … */
export interface TaggedText {
  readonly texts: readonly string[];
  readonly tags: readonly string[];
  /** What follows a `{{` without an end. */
  readonly unclosed?: string;
}

/**
 * Splits a text at its `{{tags}}`. A tag runs to the next `}}`, whatever is in between.
 * @source github.com/valyala/fasttemplate
 */
export function splitAtTags(text: string): TaggedText {
  const texts: string[] = [];
  const tags: string[] = [];
  let from = 0;
  for (let open = text.indexOf(OPEN); open !== -1; open = text.indexOf(OPEN, from)) {
    texts.push(text.slice(from, open));
    const start = open + OPEN.length;
    const close = text.indexOf(CLOSE, start);
    if (close === -1) return { texts, tags, unclosed: text.slice(start) };
    tags.push(text.slice(start, close));
    from = close + CLOSE.length;
  }
  texts.push(text.slice(from));
  return { texts, tags };
}

/** Puts values in the place of the tags, nothing where there is none; names the last tag without a value. */
export function fillTags(
  { texts, tags }: TaggedText,
  values: ReadonlyMap<string, string>,
): { readonly filled: string; readonly unresolved?: string } {
  let unresolved: string | undefined;
  let filled = '';
  for (const [index, text] of texts.entries()) {
    filled += text;
    const tag = tags[index];
    if (tag === undefined) break;
    const value = values.get(tagName(tag));
    if (value === undefined) unresolved = tag;
    else filled += value;
  }
  return unresolved === undefined ? { filled } : { filled, unresolved };
}

/** @throws ArgumentError if the last tag has no end */
export function parseTemplate(text: string): TaggedText {
  const template = splitAtTags(text);
  const { unclosed } = template;
  if (unclosed === undefined) return template;
  throw new ArgumentError(`Cannot find end tag="}}" in the template=${quote(text)} starting from ${quote(unclosed)}`);
}

/**
 * Puts values in the place of the tags; blanks around a tag's name do not count. Values are not expanded again.
 * @throws ArgumentError that names the last tag without a value
 */
export function fillTemplate(template: TaggedText, values: ReadonlyMap<string, string>): string {
  const { filled, unresolved } = fillTags(template, values);
  if (unresolved !== undefined) throw new ArgumentError(`failed to resolve {{${unresolved}}}`);
  return filled;
}

/**
 * The name in a tag, without the blanks around it. Go's notion of white space has U+0085 and has not U+FEFF;
 * JavaScript's `trim` sees it the other way round.
 */
export function tagName(tag: string): string {
  return tag.replaceAll(/^[\t-\r \u0085\p{Z}]+|[\t-\r \u0085\p{Z}]+$/gu, '');
}
