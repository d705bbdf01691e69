import { AssayError } from '../model/errors.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';

/**
 * Says on standard error what went wrong: `assay: <message>` and the hint, if there is one. The stack only appears
 * with `ASSAY_DEBUG` set.
 *
 * @returns what to exit with
 */
export function reportError(error: unknown, { err, env }: Console): ExitCode {
  const isExpected = error instanceof InputError || error instanceof AssayError;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof AssayError ? ` (${error.code})` : '';
  err.write(`${err.paint('red', 'assay:')} ${message}${code}\n`);
  if (isExpected && error.hint !== undefined) err.write(`${err.paint('dim', `  ${error.hint}`)}\n`);
  if (!isExpected) err.write('  This is a bug in Assay. ASSAY_DEBUG=1 shows where.\n');
  if (env['ASSAY_DEBUG'] && error instanceof Error) err.write(`${error.stack ?? ''}\n`);
  return isExpected ? exitCodeOf(error) : EXIT.bug;
}

function exitCodeOf(error: InputError | AssayError): ExitCode {
  return error instanceof InputError || INPUT_CODES.has(error.code) ? EXIT.badInput : EXIT.unavailable;
}
const INPUT_CODES: ReadonlySet<string> = new Set([
  'ASSAY_CLUSTER_REFUSED',
  'ASSAY_HTTP_INVALID',
  'ASSAY_KUBECONFIG_INVALID',
  'ASSAY_RESOURCE_INVALID',
]);
