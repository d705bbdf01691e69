import { AssayError } from '../model/errors.ts';

/** Where a condition failed: before it ran, while it ran, or because its value is of the wrong type. */
export type ExpressionStage = 'compile' | 'runtime' | 'not-bool' | 'not-time';

/** A name that is unknown and, where one is near, the known name that was probably meant. */
export interface UnknownName {
  readonly name: string;
  readonly suggestion: string | undefined;
}

interface Position {
  /** Index into the text, in UTF-16 code units. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** From 1, in code points. */
  readonly column: number;
}

/**
 * A condition that cannot be compiled or evaluated, or whose value has the wrong type.
 *
 * `goMessage` is the bare text that Argo puts into a measurement; `message` adds the position.
 */
export class ExpressionError extends AssayError implements Position {
  override readonly name = 'ExpressionError';
  readonly stage: ExpressionStage;
  readonly goMessage: string;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly unknownName: UnknownName | undefined;

  constructor(stage: ExpressionStage, goMessage: string, text: string, offset: number, unknownName?: UnknownName) {
    const position = positionAt(text, offset);
    super('ASSAY_EXPRESSION_INVALID', `${goMessage} (${position.line}:${position.column})`);
    this.stage = stage;
    // A byte that is no part of valid UTF-8 cannot be shown.
    this.goMessage = goMessage.toWellFormed();
    this.offset = position.offset;
    this.line = position.line;
    this.column = position.column;
    this.unknownName = unknownName;
  }
}

/**
 * The line of the text that an error points into, and a caret under the position:
 *
 *     result > 3 &&& true
 *                  ^
 *
 * Tabs become single spaces, so that the caret stands where it should on any terminal.
 */
export function showCaret(text: string, { line, column }: Position): string {
  const source = (text.split('\n')[line - 1] ?? '').replaceAll('\t', ' ');
  return `${source}\n${' '.repeat(column - 1)}^`;
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return {
    offset: before.length,
    line: before.split('\n').length,
    column: Array.from(before.slice(lineStart)).length + 1,
  };
}
