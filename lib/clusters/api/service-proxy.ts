import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError, type ErrorCode } from '../../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../../model/http.ts';
import { requestFailure } from '../../model/request-text.ts';
import { redirectPath, type Route } from './addresses.ts';
import { failureOf, parseStatus } from './failure.ts';
import type { ApiAnswer, Connection } from './connection.ts';

type ProxyRoute = Extract<Route, { via: 'proxy' }>;

export interface ServiceProxyOptions {
  /** Of the cluster, for messages. */
  readonly name: string;
  readonly connection: Connection;
  readonly maxBodyBytes: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Go's client gives up when it would send the eleventh request. */
const MAX_REQUESTS = 10;
const ATTEMPTS = 3;
const FIRST_DELAY_MS = 200;
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Makes a request through the API server's service proxy, in the words that a request of our own would have.
 *
 * Redirects are followed within the Service; one that leads elsewhere is the answer. Where the API server itself
 * refuses (no such Service, no endpoints, no permission), that is an error, not an answer. What may be repeated is, up
 * to three times, on broken connections, 502, 503, 504 and throttling.
 *
 * @throws AssayError ASSAY_HTTP_UNREACHABLE, ASSAY_HTTP_TIMEOUT, ASSAY_HTTP_TOO_LARGE, ASSAY_HTTP_REDIRECTED,
 *         ASSAY_CLUSTER_DENIED, ASSAY_CLUSTER_THROTTLED, ASSAY_CLUSTER_UNREACHABLE
 */
export async function fetchThroughProxy(
  request: HttpRequest,
  route: ProxyRoute,
  options: ServiceProxyOptions,
): Promise<HttpResponse> {
  const signal = AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const isRepeatable = request.repeatable ?? (request.method ?? 'GET') === 'GET';
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryOnce(request, route, options, signal);
    const isLast = !isRepeatable || attempt === ATTEMPTS || signal.aborted;
    if (!('error' in outcome)) {
      if (isLast || !PASSING_STATUS.has(outcome.status)) return outcome;
    } else if (isLast || !outcome.error.retry) throw outcome.error;
    const retryAfterMs = 'error' in outcome ? outcome.error.retryAfterMs : undefined;
    const delayMs = retryAfterMs ?? options.random() * FIRST_DELAY_MS * 2 ** (attempt - 1);
    try {
      await sleep(delayMs, undefined, { signal });
    } catch {
      if ('error' in outcome) throw outcome.error;
      return outcome;
    }
  }
}

const PASSING_STATUS: ReadonlySet<number> = new Set([502, 503, 504]);

async function tryOnce(
  request: HttpRequest,
  route: ProxyRoute,
  options: ServiceProxyOptions,
  signal: AbortSignal,
): Promise<HttpResponse | { readonly error: AssayError }> {
  try {
    return await follow(request, route, options, signal);
  } catch (thrown) {
    if (signal.aborted) return { error: failure('ASSAY_HTTP_TIMEOUT', request, 'context deadline exceeded', true) };
    const error = options.connection.explain(thrown);
    if (error instanceof AssayError) return { error };
    throw error;
  }
}

async function follow(
  request: HttpRequest,
  { root, path: firstPath, headers: firstHeaders }: ProxyRoute,
  options: ServiceProxyOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { connection } = options;
  let { method = 'GET', body } = request;
  let path = firstPath;
  let headers = firstHeaders;
  for (let count = 1; count <= MAX_REQUESTS; count += 1) {
    const answer = await connection.open({
      method,
      path,
      headers: { accept: '*/*', ...headers },
      ...(body !== undefined && { body }),
      // Long enough for `signal` to be first.
      responseTimeoutMs: 2 * (request.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      signal,
    });
    const location = REDIRECTS.has(answer.status) ? answer.headers['location'] : undefined;
    const next = location && redirectPath(location, path, root, await connection.server());
    if (!next) return readAnswer(request, answer, options);

    await answer.body.dump();
    path = next;
    // As with Go and browsers: only 307 and 308 repeat the request.
    if (answer.status < 307) {
      method = 'GET';
      body = undefined;
      headers = withoutContent(headers);
    }
  }
  throw failure('ASSAY_HTTP_REDIRECTED', request, `stopped after ${MAX_REQUESTS} redirects`);
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

async function readAnswer(
  request: HttpRequest,
  { status, headers, body: stream }: ApiAnswer,
  options: ServiceProxyOptions,
): Promise<HttpResponse> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > options.maxBodyBytes) {
      const reason = `the body of the answer is larger than ${options.maxBodyBytes} bytes`;
      throw failure('ASSAY_HTTP_TOO_LARGE', request, reason);
    }
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  const refusal = status >= 400 ? parseStatus(body) : undefined;
  if (refusal?.status !== 'Failure') return { status, headers, body };
  if (status === 401 || status === 403 || status === 429) throw failureOf(options.name, { status, headers, body });
  throw failure('ASSAY_HTTP_UNREACHABLE', request, refusal.message ?? `status ${status}`, status >= 500);
}

/** A request that has lost its body says nothing of one. */
function withoutContent(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('content-')));
}

function failure(code: ErrorCode, { method = 'GET', url }: HttpRequest, reason: string, retry = false): AssayError {
  return new AssayError(code, requestFailure(method, url, reason), { retry });
}
