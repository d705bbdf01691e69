import { AssayError, type ErrorCode } from '../model/errors.ts';

/** What went wrong with a connection, in Go's words where it has some. */
export interface Failure {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly retry: boolean;
  /** Node's name of the failure. */
  readonly cause: string | undefined;
}

interface SystemError {
  readonly message: string;
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly errors?: unknown;
}

/** What no network brings about: Node's own errors of these types have codes. */
export function isBug(thrown: unknown): boolean {
  const isOfCode = thrown instanceof TypeError || thrown instanceof RangeError || thrown instanceof ReferenceError;
  return isOfCode && !('code' in thrown);
}

/**
 * Reads what Node, OpenSSL and axios throw. Their messages are replaced where they are known, and never hold
 * headers or bodies.
 */
export function readFailure(thrown: unknown, url: URL, bodyLimit: number): Failure {
  const error = rootOf(thrown);
  if (error instanceof AssayError) {
    return { code: error.code, reason: error.message, retry: error.retry, cause: undefined };
  }
  const code = typeof error.code === 'string' ? error.code : undefined;
  const failure = (name: ErrorCode, reason: string, retry: boolean): Failure => ({
    code: name,
    reason,
    retry,
    cause: code,
  });
  if (error.message.startsWith('maxContentLength')) {
    return failure('ASSAY_HTTP_TOO_LARGE', `the body of the answer is larger than ${bodyLimit} bytes`, false);
  }
  if (code === 'ERR_CANCELED') return failure('ASSAY_HTTP_TIMEOUT', 'context deadline exceeded', true);
  if (code === 'CONNECT_TIMEOUT') return failure('ASSAY_HTTP_TIMEOUT', error.message, true);
  const untrusted = certificateFailure(code, url);
  if (untrusted !== undefined) {
    return failure('ASSAY_HTTP_UNTRUSTED', `tls: failed to verify certificate: x509: ${untrusted}`, false);
  }
  if (isAbortedBody(error)) {
    return { code: 'ASSAY_HTTP_UNREACHABLE', reason: 'unexpected EOF', retry: true, cause: 'ECONNRESET' };
  }
  return failure('ASSAY_HTTP_UNREACHABLE', networkFailure(error, code, url), true);
}

/** axios wraps what was thrown; several addresses that all fail come as one AggregateError: the first says why. */
function rootOf(thrown: unknown): SystemError {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  if (thrown instanceof AssayError) return thrown;
  const { cause } = thrown;
  if (cause instanceof Error) return rootOf(cause);
  if (thrown instanceof AggregateError && thrown.errors[0] instanceof Error) return rootOf(thrown.errors[0]);
  return thrown;
}

const UNKNOWN_AUTHORITY = 'certificate signed by unknown authority';
const CERTIFICATE_FAILURES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: 'certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'certificate has expired or is not yet valid',
};

function certificateFailure(code: string | undefined, url: URL): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `certificate is not valid for ${url.hostname}`;
  return code === undefined ? undefined : CERTIFICATE_FAILURES[code];
}

const CONNECT_FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
};
const LOOKUP_FAILURES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'server misbehaving',
};
const STREAM_FAILURES: Readonly<Record<string, string>> = {
  ECONNRESET: 'EOF',
  EPIPE: 'write: broken pipe',
};

function networkFailure(error: SystemError, code = '', url: URL): string {
  const connecting = CONNECT_FAILURES[code];
  if (connecting !== undefined)
    return `dial tcp ${String(error.address)}:${String(error.port)}: connect: ${connecting}`;
  const lookingUp = LOOKUP_FAILURES[code];
  if (lookingUp !== undefined) return `dial tcp: lookup ${url.hostname}: ${lookingUp}`;
  if (code === 'ECONNRESET' && error.syscall === 'read') return 'read: connection reset by peer';
  if (code.startsWith('HPE_')) return 'net/http: HTTP/1.x transport connection broken: malformed HTTP response';
  if (/wrong version number|packet length too long/.test(error.message)) {
    return 'http: server gave HTTP response to HTTPS client';
  }
  return STREAM_FAILURES[code] ?? error.message;
}

/** axios' own words for a body that ended early; it keeps no code. */
function isAbortedBody(error: SystemError): boolean {
  return error.message === 'stream has been aborted' || error.message === 'aborted';
}
