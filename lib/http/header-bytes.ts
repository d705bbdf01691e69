import { validateHeaderName, validateHeaderValue } from 'node:http';

/**
 * What is sent as the value of a header: Go sends what is beyond ASCII as UTF-8, and Node writes one byte a character.
 *
 * @param fail  makes an error of a reason in the words of Go's net/http
 * @throws what `fail` makes, for a name or a value that no header can have
 */
export function headerBytes(name: string, value: string, fail: (reason: string) => Error): string {
  const bytes = Buffer.from(value, 'utf8').toString('latin1');
  if (!isValid(() => validateHeaderName(name))) {
    throw fail(`net/http: invalid header field name ${JSON.stringify(name)}`);
  }
  if (!isValid(() => validateHeaderValue(name, bytes))) {
    throw fail(`net/http: invalid header field value for ${JSON.stringify(name)}`);
  }
  return bytes;
}

function isValid(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
