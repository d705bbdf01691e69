import type { Severity } from '../model/problem.ts';

/** A text to look through, under the name that messages use for it. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** A place in a text: line and column from 1, columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** From the first character to behind the last. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** What to put in the place of a part of a text. */
export interface TextEdit {
  readonly range: Range;
  readonly text: string;
}

/** One thing to mend, and where it stands. */
export interface Finding {
  /** The path of the text that it is in. */
  readonly file: string;
  /** The name of the rule, such as `cannot-fail`. */
  readonly rule: string;
  readonly severity: Severity;
  /** The field, such as `spec.metrics[0].interval`; empty where it is no field. */
  readonly path: string;
  readonly range: Range;
  /** What is wrong and what to do about it, in one line. */
  readonly message: string;
  /** What mends it, where that is certain: edits that are made together. */
  readonly fix?: readonly TextEdit[];
  /** Where the rule is explained: `docs/lint.md#cannot-fail`. */
  readonly docs: string;
}
