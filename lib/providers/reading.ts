import { AssayError } from '../model/errors.ts';
import type { Reading } from '../model/provider.ts';

/** Longer texts are cut: an answer of a megabyte must not become a status of one. */
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
  return { is: 'verdict', phase: 'Error', message: shorten(message) };
}

function shorten(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…`.toWellFormed() : message;
}
