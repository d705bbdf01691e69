/** Something the user gave that cannot be worked with: reported as `assay: <message>`, the hint below it, and exit 64. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
