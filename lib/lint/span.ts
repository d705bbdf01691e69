import type { Keys } from '../model/problem.ts';

/** A part of a text: from its first character to behind its last, in UTF-16 code units. */
export type Span = readonly [from: number, to: number];

/** What to put in the place of a field's value, or of a part of its text. */
export interface ValueEdit {
  readonly keys: Keys;
  readonly span?: Span;
  readonly text: string;
}
