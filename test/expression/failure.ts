import { ExpressionError } from '../../lib/expression/error.ts';

/** The ExpressionError that a call throws. */
export function failureOf(call: () => unknown): ExpressionError {
  try {
    call();
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
