import { AssayError } from '../model/errors.ts';

/** What an API server said of something that cannot be read for good. @throws what may pass, and what is no refusal */
export function problemOf(error: unknown): { readonly problem: string } {
  if (!(error instanceof AssayError) || error.retry) throw error;
  return { problem: error.words };
}
