/** Every code Assay raises, with what its reader should do next. docs/errors.md is tested against it. */
export const HINTS = {
  ASSAY_EXPRESSION_INVALID: 'Mend the condition; `assay eval` shows where it breaks.',
  ASSAY_RESOURCE_INVALID: 'Mend the field that the message names; `assay lint` checks the whole file.',
} as const;
export type ErrorCode = keyof typeof HINTS;

/** A failure that someone must act on. `retry` is true only if the same call may succeed later. */
export class AssayError extends Error {
  override readonly name: string = 'AssayError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retry: boolean;

  constructor(code: ErrorCode, message: string, detail: { cause?: unknown; retry?: boolean } = {}) {
    super(message, { cause: detail.cause });
    this.code = code;
    this.hint = HINTS[code];
    this.retry = detail.retry ?? false;
  }
}
