import { AssayError, type ErrorCode } from '../../model/errors.ts';

/** The part of metav1.Status that says why. @source k8s.io/apimachinery/pkg/apis/meta/v1 */
export interface ApiStatus {
  readonly kind: 'Status';
  readonly status?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string }[];
  };
}

/** An answer that is no success. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The API server's own account of a failure; undefined where a proxy, a balancer or a Service speaks. */
export function parseStatus(body: string): ApiStatus | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStatus(value: unknown): value is ApiStatus {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}

/** The error that an answer of 300 and above stands for. `cluster` begins the message. */
export function failureOf(cluster: string, answer: FailedAnswer): AssayError {
  const status = parseStatus(answer.body);
  const code = codeOf(answer.status, status);
  const message = `cluster ${cluster}: ${status?.message ?? plainMessage(answer)}`;
  const retry = AGAIN.has(code);
  return new AssayError(code, message, { retry, retryAfterMs: retry ? retryAfterMs(answer, status) : undefined });
}

const AGAIN: ReadonlySet<ErrorCode> = new Set([
  'ASSAY_CLUSTER_THROTTLED',
  'ASSAY_CLUSTER_FAILED',
  'ASSAY_CLUSTER_UNREACHABLE',
]);

/** As etcd says it, in an answer of 500 without a reason; and as the API server itself does of still larger ones. */
const TOO_LARGE = /request is too large|Request entity too large/i;

function codeOf(httpStatus: number, status: ApiStatus | undefined): ErrorCode {
  const causes = status?.details?.causes ?? [];
  if (causes.some(({ reason }) => reason === 'NamespaceTerminating')) return 'ASSAY_CLUSTER_NOT_FOUND';
  if (httpStatus === 409) return status?.reason === 'AlreadyExists' ? 'ASSAY_CLUSTER_EXISTS' : 'ASSAY_CLUSTER_CONFLICT';
  if (httpStatus === 413 || (status && TOO_LARGE.test(status.message ?? ''))) return 'ASSAY_CLUSTER_TOO_LARGE';
  const known = CODES[httpStatus];
  if (known) return known;
  if (httpStatus >= 400 && httpStatus < 500) return 'ASSAY_CLUSTER_REFUSED';
  // Who tells of a failure in a Status is there: the breaker must not take it for an outage.
  return httpStatus >= 500 && status ? 'ASSAY_CLUSTER_FAILED' : 'ASSAY_CLUSTER_UNREACHABLE';
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'ASSAY_CLUSTER_DENIED',
  403: 'ASSAY_CLUSTER_DENIED',
  404: 'ASSAY_CLUSTER_NOT_FOUND',
  408: 'ASSAY_CLUSTER_UNREACHABLE',
  410: 'ASSAY_CLUSTER_EXPIRED',
  429: 'ASSAY_CLUSTER_THROTTLED',
};

/** Pages of balancers are long, and say little. */
function plainMessage({ status, body }: FailedAnswer): string {
  const text = body.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  return `answered ${status}${text.trim() ? `: ${text.trim().slice(0, 200)}` : ''}`;
}

/** Whoever asks for more is asked again after a minute: a day would be an outage that one answer makes. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** Header in seconds (API servers never send a date), or the Status's own figure. */
function retryAfterMs({ headers }: FailedAnswer, status: ApiStatus | undefined): number | undefined {
  const seconds = Number(headers['retry-after'] ?? status?.details?.retryAfterSeconds);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_RETRY_AFTER_MS) : undefined;
}
