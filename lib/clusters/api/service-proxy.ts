import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError, type ErrorCode } from '../../model/errors.ts';
import { openFairTurns } from '../../model/fair-turns.ts';
import { type HttpRequest, type HttpResponse, isSafeMethod, LONGEST_REQUEST_MS } from '../../model/http.ts';
import { isObject } from '../../model/is-object.ts';
import { requestFailure } from '../../model/request-text.ts';
import { redirectPath, type Route } from './addresses.ts';
import { type ApiStatus, failureOf, parseStatus } from './failure.ts';
import type { ApiAnswer, Connection } from './connection.ts';

type ProxyRoute = Extract<Route, { via: 'proxy' }>;

export interface ServiceProxyOptions {
  /** Of the cluster, for messages. */
  readonly name: string;
  /** Its own, which renews no credentials: a 401 may be the Service's. */
  readonly connection: Connection;
  /** Requests at one time. */
  readonly places: number;
  readonly maxBodyBytes: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Reaches Services through the API server's service proxy. */
export interface ServiceProxy {
  fetch(request: HttpRequest, route: ProxyRoute): Promise<HttpResponse>;
  rest(): Promise<void>;
  close(): Promise<void>;
}

/** Go's client gives up when it would send the eleventh request. */
const MAX_REQUESTS = 10;
const ATTEMPTS = 3;
const FIRST_DELAY_MS = 200;
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Makes requests through the API server's service proxy, in the words that requests of our own would have.
 *
 * Redirects are followed within the Service; one that leads elsewhere is the answer. Where the API server itself
 * refuses (no such Service, no endpoints, no permission), that is an error, not an answer. What may be repeated is, up
 * to three times, on broken connections, 502, 503, 504 and throttling; anything else is sent once. What a Service says
 * is never said in the name of the cluster, and never taken for what the API server says of our credentials: they are
 * renewed by other requests.
 *
 * @throws AssayError, from `fetch`: ASSAY_HTTP_UNREACHABLE, ASSAY_HTTP_TIMEOUT, ASSAY_HTTP_TOO_LARGE,
 *         ASSAY_HTTP_REDIRECTED, ASSAY_CLUSTER_DENIED, ASSAY_CLUSTER_THROTTLED, ASSAY_CLUSTER_UNREACHABLE
 */
export function openServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  const turns = openFairTurns();
  return {
    async fetch(request, route) {
      const timeoutMs = Math.min(request.timeoutMs ?? DEFAULT_TIMEOUT_MS, LONGEST_REQUEST_MS);
      const time = AbortSignal.timeout(timeoutMs);
      const signal = request.signal ? AbortSignal.any([time, request.signal]) : time;
      const turn = { name: '', share: request.from?.namespace ?? '', places: options.places, signal };
      try {
        return await turns.take(turn, () => exchange({ ...request, timeoutMs }, route, options, signal));
      } catch (error) {
        if (error instanceof AssayError || !signal.aborted) throw error;
        throw ended(request, signal);
      }
    },
    rest: () => options.connection.rest(),
    close: () => options.connection.close(),
  };
}

async function exchange(
  request: HttpRequest,
  route: ProxyRoute,
  options: ServiceProxyOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const isRepeatable = request.repeatable ?? isSafeMethod(request.method);
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
    request.by?.onRepeat();
  }
}

function ended(request: HttpRequest, signal: AbortSignal): AssayError {
  const isLate = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return failure('ASSAY_HTTP_TIMEOUT', request, isLate ? 'context deadline exceeded' : 'context canceled', true);
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
    if (signal.aborted) return { error: ended(request, signal) };
    const error = options.connection.explain(thrown);
    if (!(error instanceof AssayError)) throw error;
    return { error: error.code === 'ASSAY_CLUSTER_UNREACHABLE' ? unanswered(request, error) : error };
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
      method = method === 'HEAD' ? method : 'GET';
      body = undefined;
      headers = withoutContent(headers);
    }
  }
  throw failure('ASSAY_HTTP_REDIRECTED', request, `stopped after ${MAX_REQUESTS} redirects`);
}

/** Without the address of the API server, which is not for those who write templates. */
function unanswered({ method = 'GET', url }: HttpRequest, { cause, code }: AssayError): AssayError {
  const reason = isObject(cause) && typeof cause['code'] === 'string' ? ` (${cause['code']})` : '';
  const text = requestFailure(method, url, `no answer from the API server${reason}`);
  return new AssayError(code, text, { retry: true });
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
  throw refused(request, { status, headers, body }, refusal, options);
}

/** Whoever speaks, the API server or a Service in its manner: in these words it is about this request alone. */
function refused(
  { method = 'GET', url }: HttpRequest,
  answer: HttpResponse,
  refusal: ApiStatus,
  options: ServiceProxyOptions,
): AssayError {
  const { status } = answer;
  const { code, retry, retryAfterMs } = failureOf(options.name, answer);
  const text = requestFailure(method, url, refusal.message ?? `status ${status}`);
  if (status === 401 || status === 403 || status === 429) return new AssayError(code, text, { retry, retryAfterMs });
  return new AssayError('ASSAY_HTTP_UNREACHABLE', text, { retry: status >= 500 });
}

/** A request that has lost its body says nothing of one. */
function withoutContent(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('content-')));
}

function failure(code: ErrorCode, { method = 'GET', url }: HttpRequest, reason: string, retry = false): AssayError {
  return new AssayError(code, requestFailure(method, url, reason), { retry });
}
