import { LateError } from '../doctor/look-at-each.ts';
import { AssayError } from '../model/errors.ts';
import { InputError } from './input-error.ts';

/** What is said of one cluster of many that could not be looked at. What no error of ours explains is told by its name alone. */
export function lookFailure(error: unknown): string {
  if (error instanceof AssayError || error instanceof InputError || error instanceof LateError) return error.message;
  return `failed with ${error instanceof Error ? error.name : typeof error}`;
}
