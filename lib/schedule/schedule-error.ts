/** A part of a schedule that cannot be read; the message says what is wrong, the hint what to write instead. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
