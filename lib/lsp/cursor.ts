import type { Keys } from '../model/problem.ts';
import { EditedText, LONGEST_WORD } from './edited-text.ts';
import { type EditedResource, resourceAt, textOf } from './resource.ts';
import { findScalar, type Place, valueAt, valueOf } from './yaml-source.ts';

/** What is being typed at a place of a text. */
export interface Cursor {
  readonly role: Place['role'];
  /** Absent in a document that does not yet say what it is. */
  readonly resource: EditedResource | undefined;
  /** The field, from the top of the resource; of a name that is being typed, with that name at its end. */
  readonly path: Keys;
  /** The name or value up to the cursor. */
  readonly typed: string;
  /** The text that was looked at, in which the cursor is a character. */
  readonly trial: EditedText;
}

/** A character that no such text has, to find the cursor by in what the parser makes of the text. */
const MARK = '\uE000';
const NAME_ALONE = /^\s*(?:- +)*[\w./-]*\s*$/;

/**
 * What is being typed at an offset; undefined in comments, and in documents of others. A name has no colon yet, and
 * would be taken for a part of what follows: so one is put behind it.
 */
export function cursorIn(text: EditedText, offset: number): Cursor | undefined {
  const { start, line } = text.lineAt(offset);
  const end = start + line.length;
  const colon = line.length <= LONGEST_WORD && NAME_ALONE.test(line) ? ':' : '';
  const trial = new EditedText(
    text.uri,
    text.text.slice(0, offset) + MARK + text.text.slice(offset, end) + colon + text.text.slice(end),
  );
  for (const document of trial.source.documents) {
    const place = findScalar(document, ({ value }) => typeof value === 'string' && value.includes(MARK));
    if (place === undefined) continue;
    const value = String(place.scalar.value);
    const rest = { role: place.role, typed: value.slice(0, value.indexOf(MARK)), trial };
    const found = resourceAt(trial.resources, document, place.keys);
    if (found !== undefined) return { ...found, ...rest };
    return isFresh(place) ? { resource: undefined, path: place.keys, ...rest } : undefined;
  }
  return undefined;
}

/** Whether a document may yet become one of ours: it names no other group, and we are at its top. */
function isFresh({ document, keys }: Place): boolean {
  if (keys.length > 1) return false;
  const apiVersion = valueAt(valueOf(document), ['apiVersion']);
  return apiVersion === undefined || textOf(apiVersion).includes(MARK);
}
