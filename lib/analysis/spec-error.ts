/**
 * A specification that cannot be carried out. Messages are for the users of the run, in the words of Argo; in the
 * run's status the context goes before them.
 */
export class SpecError extends Error {
  override readonly name: string = 'SpecError';
  readonly context: string = 'Analysis spec invalid';
}

/** An argument without a value, or a text whose arguments cannot be replaced. */
export class ArgumentError extends SpecError {
  override readonly name = 'ArgumentError';
  override readonly context = 'Unable to resolve metric arguments';
}
