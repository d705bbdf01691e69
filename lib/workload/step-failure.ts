/** A step that cannot be taken: the reconcile ends here, and is tried again. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
}

/** Does something, and says in its failure what was being done: `what: why`. */
export function within<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof StepFailure ? new StepFailure(`${what}: ${error.message}`) : error;
  }
}
