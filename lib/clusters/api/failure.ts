import { AssayError, type ErrorCode } from '../../model/errors.ts';
import { cut } from '../../model/cut.ts';

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
  const words = status?.message ?? plainMessage(answer);
  const retry = PASSING.has(code);
  return new AssayError(code, words, {
    retry,
    retryAfterMs: retry ? retryAfterMs(answer, status) : undefined,
    cluster,
  });
}

const PASSING: ReadonlySet<ErrorCode> = new Set([
  'ASSAY_CLUSTER_FAILED',
  'ASSAY_CLUSTER_THROTTLED',
  'ASSAY_CLUSTER_UNREACHABLE',
]);

/**
 * Whoever sends a Status is there and answers: a webhook that fails, an object that is too large, a store that was too
 * slow for one request. Anybody who may write one object can have as many of them as he likes, whatever their code; so
 * they never say that the server is away. Only silence does, and a gateway that speaks in its place.
 */
function codeOf(httpStatus: number, status: ApiStatus | undefined): ErrorCode {
  const message = status?.message ?? '';
  if (httpStatus === 413 || (httpStatus === 500 && TOO_LARGE.test(message))) return 'ASSAY_CLUSTER_TOO_LARGE';
  const causes = status?.details?.causes ?? [];
  if (causes.some(({ reason }) => reason === 'NamespaceTerminating')) return 'ASSAY_CLUSTER_NOT_FOUND';
  if (httpStatus === 409) return status?.reason === 'AlreadyExists' ? 'ASSAY_CLUSTER_EXISTS' : 'ASSAY_CLUSTER_CONFLICT';
  const known = CODES[httpStatus];
  if (known) return known;
  if (httpStatus >= 400 && httpStatus < 500 && httpStatus !== 408) return 'ASSAY_CLUSTER_REFUSED';
  return status ? 'ASSAY_CLUSTER_FAILED' : 'ASSAY_CLUSTER_UNREACHABLE';
}

/** From 1.5 MiB on etcd says so, from 2 MiB on its client; API servers refuse bodies of 3 MiB by themselves, with 413. */
const TOO_LARGE = /^(?:etcdserver: request is too large|rpc error: code = ResourceExhausted .*larger than max)/;

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'ASSAY_CLUSTER_DENIED',
  403: 'ASSAY_CLUSTER_DENIED',
  404: 'ASSAY_CLUSTER_NOT_FOUND',
  410: 'ASSAY_CLUSTER_EXPIRED',
  429: 'ASSAY_CLUSTER_THROTTLED',
};

/** Pages of balancers are long, and say little. */
function plainMessage({ status, body }: FailedAnswer): string {
  const text = body.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  return `answered ${status}${text.trim() ? `: ${cut(text.trim(), 200)}` : ''}`;
}

/** Header in seconds (API servers never send a date), or the Status's own figure; not yet bounded. */
function retryAfterMs({ headers }: FailedAnswer, status: ApiStatus | undefined): number {
  return Number(headers['retry-after'] ?? status?.details?.retryAfterSeconds) * 1000;
}
