import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { errorFields } from '../log/error-fields.ts';
import { AssayError } from '../model/errors.ts';
import { formatHostPort, type HostPort } from '../model/host-port.ts';
import type { Log } from '../model/ports.ts';
import { type BodyBudget, bodyBudget, readBody } from './body.ts';
import { type Answer, jsonAnswer, type Route, routeFinder, type WebRequest } from './routes.ts';

export interface WebServerOptions {
  readonly address: HostPort;
  readonly routes: readonly Route[];
  /** With it over HTTPS, of TLS 1.2 or later. */
  readonly tls?: ServerTls;
  /** Hears of pages that throw, and of certificates that cannot be renewed. */
  readonly log: Log;
  readonly limits?: Partial<WebLimits>;
}

export interface ServerTls {
  /** Asked for anew at each renewal. */
  readonly certificate: () => Certificate;
  /** Whoever shows no certificate of this authority (PEM) gets no connection. */
  readonly clientCa?: (() => string) | undefined;
  /** Between two renewals; undefined: only when they are asked for. */
  readonly renewMs?: number;
}

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface WebLimits {
  /** At once; with more, those that are idle are closed, and new ones refused. Default 256. */
  readonly connections: number;
  /** Of bodies under way, in all. Default 16 MiB. */
  readonly bodyBytes: number;
  /** A request must be here whole. Default 10,000. */
  readonly requestMs: number;
  /** An idle connection is kept. Default 5,000. */
  readonly keepAliveMs: number;
  /** What is under way may still be answered at the end. Default 5,000. */
  readonly closeMs: number;
}

const DEFAULT_LIMITS: WebLimits = {
  connections: 256,
  bodyBytes: 16 * 1024 * 1024,
  requestMs: 10_000,
  keepAliveMs: 5000,
  closeMs: 5000,
};
const HEADERS_MS = 5000;
/** Until a request that is too slow is noticed. */
const CHECK_MS = 500;
/** Whoever reads nothing of an answer for so long has gone. */
const UNREAD_MS = 30_000;

export interface WebServer {
  /** Such as `https://127.0.0.1:8091`. */
  readonly url: string;
  readonly port: number;
  /** Takes the certificate as it is now, from the next connection on. @throws where it does not fit; then nothing changes */
  renew(): void;
  /** Takes no more connections, ends streams, and resolves when what is under way has been answered. */
  close(): Promise<void>;
}

/** @throws AssayError ASSAY_LISTEN_FAILED, such as for a port that is taken */
export async function openServer(options: WebServerOptions): Promise<WebServer> {
  const { address, tls, log } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const closing = new AbortController();
  const find = routeFinder(options.routes);
  const budget = bodyBudget(limits.bodyBytes);
  const paths = [...new Set(options.routes.map(({ path }) => path))].join(', ');

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const exchange: Exchange = { request, response, closing: closing.signal, budget, log };
    const { method = '', url = '' } = request;
    const path = url.split('?', 1)[0] ?? '';
    const found = find(method, path);
    if (!found) send(exchange, jsonAnswer(404, { error: `there is ${paths}` }));
    else if ('allow' in found) send(exchange, { ...EMPTY, status: 405, headers: { allow: found.allow } });
    else void respond(exchange, path, found);
  };

  const timeouts = {
    requestTimeout: limits.requestMs,
    headersTimeout: Math.min(HEADERS_MS, limits.requestMs),
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: limits.keepAliveMs,
  };
  const server = tls
    ? createTlsServer({ ...timeouts, ...contextOf(tls), handshakeTimeout: limits.requestMs }, onRequest)
    : createServer(timeouts, onRequest);
  server.maxConnections = limits.connections;
  server.on('drop', () => server.closeIdleConnections());
  await listen(server, address);
  server.on('error', (error) => log.warn('connection not taken', { error: error.message }));

  const { port } = server.address() as AddressInfo;
  const renew = (): void => {
    if (tls && 'setSecureContext' in server) server.setSecureContext(contextOf(tls));
  };
  const renewing = tls?.renewMs === undefined ? undefined : setInterval(() => orLog(renew, log), tls.renewMs).unref();
  return {
    url: `${tls ? 'https' : 'http'}://${formatHostPort({ host: address.host ?? 'localhost', port })}`,
    port,
    renew,
    async close() {
      clearInterval(renewing);
      closing.abort();
      const late = setTimeout(() => server.closeAllConnections(), limits.closeMs);
      // Closes what is idle; what is busy closes with its answer.
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(late);
    },
  };
}

/** One request, and what it is answered with. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly closing: AbortSignal;
  readonly budget: BodyBudget;
  readonly log: Log;
}

interface Target {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

const EMPTY: Answer = { status: 204, contentType: 'text/plain; charset=utf-8', body: '' };

async function respond(exchange: Exchange, path: string, { route, parameters }: Target): Promise<void> {
  const { request, response, budget, log } = exchange;
  const sender = route.access?.(request.headers.authorization);
  if (route.access && !sender) {
    const headers = { 'www-authenticate': 'Bearer' };
    return send(exchange, jsonAnswer(401, { error: 'another token is needed' }, headers));
  }
  let body = NO_BODY;
  try {
    if (route.longestBody !== undefined) body = await readBody(request, route.longestBody, budget);
  } catch {
    response.destroy();
    return undefined;
  }
  const { text, cut } = body;
  try {
    if (cut !== undefined) return send(exchange, route.onCutBody?.(text) ?? refusalOf(cut, route));
    const asked = requestOf(exchange, { path, parameters, body: text, sender });
    const answer = await route.answer(asked);
    if (typeof answer.body === 'string') send(exchange, answer);
    else await stream(exchange, answer, answer.body);
  } catch (error) {
    log.error('request failed', { method: request.method, path, ...errorFields(error) });
    // Of a stream, a part has gone: only the end of the connection tells that it is not whole.
    if (response.headersSent) response.destroy();
    else send(exchange, jsonAnswer(500, { error: 'this failed; the log says why' }));
  } finally {
    body.release();
  }
  return undefined;
}

const NO_BODY: Awaited<ReturnType<typeof readBody>> = { text: '', release() {} };

function refusalOf(cut: 'too long' | 'too much at once', { longestBody }: Route): Answer {
  return cut === 'too long'
    ? jsonAnswer(413, { error: `at most ${longestBody} bytes` })
    : jsonAnswer(503, { error: 'too much at once' }, { 'retry-after': '1' });
}

/** What few routes ask for is made when it is asked for. */
function requestOf(
  { request, response, closing }: Exchange,
  known: Pick<WebRequest, 'path' | 'parameters' | 'body' | 'sender'>,
): WebRequest {
  return {
    ...known,
    headers: request.headers,
    get query() {
      return new URLSearchParams((request.url ?? '').slice(known.path.length + 1));
    },
    get signal() {
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      if (response.destroyed) gone.abort();
      return AbortSignal.any([gone.signal, closing]);
    },
  };
}

/** Where the body was not read to its end, the connection is of no further use. */
function send({ request, response, closing }: Exchange, { status, contentType, body, headers }: Answer): void {
  const text = typeof body === 'string' ? body : '';
  const isOver = !isRead(request);
  response.setTimeout(UNREAD_MS);
  response.writeHead(status, {
    ...(text !== '' && { 'content-type': contentType }),
    'content-length': Buffer.byteLength(text),
    ...headers,
    ...((isOver || closing.aborted) && { connection: 'close' }),
  });
  response.end(text, () => isOver && request.destroy());
}

/** A request without a body is read when it is here. */
function isRead({ complete, headers }: IncomingMessage): boolean {
  return complete || (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined);
}

async function stream(exchange: Exchange, answer: Answer, parts: AsyncIterable<string>): Promise<void> {
  const { request, response } = exchange;
  response.writeHead(answer.status, { 'content-type': answer.contentType, ...answer.headers, connection: 'close' });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  for await (const part of parts) {
    if (response.destroyed) return;
    if (!response.write(part)) await drained(response);
  }
  response.end();
}

/** Also resolves when whoever reads has gone, or has not read for so long that it counts as gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => response.destroy(), UNREAD_MS);
    const done = (): void => {
      clearTimeout(late);
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
    if (response.destroyed) done();
  });
}

function contextOf({ certificate, clientCa }: ServerTls) {
  const asksClients = clientCa && { ca: clientCa(), requestCert: true, rejectUnauthorized: true };
  return { ...certificate(), minVersion: 'TLSv1.2' as const, ...asksClients };
}

function orLog(renew: () => void, log: Log): void {
  try {
    renew();
  } catch (error) {
    log.warn('certificate not renewed', { error: error instanceof Error ? error.message : String(error) });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this process may not listen there',
  ENOTFOUND: 'no such host is known',
};

async function listen(server: Server | TlsServer, address: HostPort): Promise<void> {
  const failed = Promise.withResolvers<never>();
  server.once('error', failed.reject);
  try {
    await Promise.race([failed.promise, new Promise<void>((resolve) => void server.listen(address, resolve))]);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? message;
    throw new AssayError('ASSAY_LISTEN_FAILED', `cannot listen at ${formatHostPort(address)}: ${reason} (${code})`, {
      cause: error,
    });
  }
  server.off('error', failed.reject);
}
