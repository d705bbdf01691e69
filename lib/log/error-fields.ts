import { AssayError } from '../model/errors.ts';

/** What a log line says of an error: what to do about it, where somebody can do something; else where the bug is. */
export function errorFields(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof AssayError) return { code: error.code, error: error.message, hint: error.hint };
  return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
