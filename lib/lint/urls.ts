import { splitAtTags, tagName } from '../analysis/substitute.ts';
import type { Keys } from '../model/problem.ts';
import type { Provided } from './subject.ts';
import type { KnownValues } from './values.ts';

/** An address that a provider asks. */
export interface UrlAt {
  readonly keys: Keys;
  readonly text: string;
  /** With its arguments, as far as it goes before the first that is not known. */
  readonly known: { readonly text: string; readonly isWhole: boolean };
}

/** The addresses in the provider's part of a metric that are given. */
export function urlsOf({ row, spec, keys }: Provided, { plain }: KnownValues): UrlAt[] {
  return (row.urls ?? []).flatMap((field) => {
    const text = spec[field];
    if (typeof text !== 'string' || (text === '' && field === 'address')) return [];
    return [{ keys: [...keys, field], text, known: knownPart(text, plain) }];
  });
}

function knownPart(text: string, values: ReadonlyMap<string, string>): UrlAt['known'] {
  const { texts, tags, unclosed } = splitAtTags(text);
  let known = '';
  for (const [index, part] of texts.entries()) {
    known += part;
    const tag = tags[index];
    if (tag === undefined) break;
    const value = values.get(tagName(tag));
    if (value === undefined) return { text: known, isWhole: false };
    known += value;
  }
  return { text: known, isWhole: unclosed === undefined };
}
