import { AssayError } from '../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../model/ports.ts';
import { type Route, redirectPath } from './addresses.ts';
import { failureOf, parseStatus } from './api-failure.ts';
import type { ApiAnswer, Connection } from './connection.ts';

type ProxyRoute = Extract<Route, { via: 'proxy' }>;

export interface ServiceProxyOptions {
  /** Of the cluster, for messages. */
  readonly name: string;
  readonly connection: Connection;
  readonly maxBodyBytes: number;
}

/** As many as Go's http client follows. */
const MAX_REDIRECTS = 10;
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Makes a request through the API server's service proxy. Redirects are followed within the Service; one that leads
 * elsewhere is the answer. Where the API server itself refuses (no such Service, no endpoints, no permission), that is
 * an error, not an answer.
 *
 * @throws AssayError ASSAY_HTTP_TIMEOUT, ASSAY_HTTP_TOO_LARGE, ASSAY_HTTP_REDIRECTED, and as every request does
 */
export async function fetchThroughProxy(
  request: HttpRequest,
  route: ProxyRoute,
  options: ServiceProxyOptions,
): Promise<HttpResponse> {
  const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await follow(request, route, options, signal);
  } catch (error) {
    if (!signal.aborted) throw options.connection.explain(error);
    throw new AssayError('ASSAY_HTTP_TIMEOUT', `${hostOf(request)}: no answer within ${timeoutMs / 1000} s`, {
      retry: true,
    });
  }
}

async function follow(
  request: HttpRequest,
  { root, path: firstPath, headers }: ProxyRoute,
  options: ServiceProxyOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { connection } = options;
  let path = firstPath;
  let { method = 'GET', body } = request;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const answer = await connection.open({
      method,
      path,
      headers: { accept: '*/*', ...(body === undefined ? withoutContent(headers) : headers) },
      ...(body !== undefined && { body }),
      signal,
    });
    const location = REDIRECTS.has(answer.status) ? answer.headers['location'] : undefined;
    const next = location && redirectPath(location, path, root, await connection.server());
    if (!next) return readAnswer(request, answer, options);

    await answer.body.dump();
    path = next;
    // As browsers and Go do: only 307 and 308 repeat the body.
    if (answer.status < 307) {
      method = 'GET';
      body = undefined;
    }
  }
  throw new AssayError('ASSAY_HTTP_REDIRECTED', `${hostOf(request)}: stopped after ${MAX_REDIRECTS} redirects`);
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

async function readAnswer(
  request: HttpRequest,
  { status, headers, body: stream }: ApiAnswer,
  { name, maxBodyBytes }: ServiceProxyOptions,
): Promise<HttpResponse> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBodyBytes) {
      throw new AssayError(
        'ASSAY_HTTP_TOO_LARGE',
        `${hostOf(request)}: the answer is larger than ${maxBodyBytes} bytes`,
      );
    }
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  const refusal = status >= 400 ? parseStatus(body) : undefined;
  if (refusal?.status === 'Failure') throw failureOf(name, { status, headers, body });
  return { status, headers, body };
}

/** A request that has lost its body says nothing of one. */
function withoutContent(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('content-')));
}

function hostOf({ url }: HttpRequest): string {
  return new URL(url).host;
}
