import { cut } from '../model/cut.ts';
import { AssayError } from '../model/errors.ts';
import type { Reading } from '../model/provider.ts';

/** Longer ones are cut, before anything looks for secrets in them; values are cut where they are entered. */
const LONGEST_MESSAGE = 2_000;

/** What `read` gives, or a reading of phase Error that says why it gives nothing. */
export async function readingOf(read: () => Promise<Reading>): Promise<Reading> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AssayError) return errorReading(error.words);
    throw error;
  }
}

/** A measurement that could not be taken. */
export function errorReading(message: string): Reading {
  return { is: 'verdict', phase: 'Error', message: cut(message, LONGEST_MESSAGE) };
}
