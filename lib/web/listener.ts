import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { refOfDetail } from '../model/change-event.ts';
import type { Log } from '../model/ports.ts';
import type { ObjectRef } from '../model/ref.ts';

export interface ListenOptions {
  readonly address: { readonly host: string; readonly port: number };
  /** What whoever posts must know. */
  readonly token: string;
  /** With it over HTTPS: certificate and key, PEM. Asked for again each minute. */
  readonly tls?: () => Certificate;
  /** Called with each object that an event is about. */
  readonly receive: (ref: ObjectRef) => Promise<void>;
  /** Hears of a certificate that cannot be renewed. */
  readonly log: Log;
  /** Default 60,000. */
  readonly renewMs?: number;
}

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Listener {
  readonly url: string;
  close(): Promise<void>;
}

/** A hundred events take 60 KB. */
const LONGEST_BODY = 256 * 1024;
/** Events whose objects are being looked up; with more, the sender waits. */
const MOST_UNDERWAY = 1000;
const TIMEOUTS = { headersTimeout: 5000, requestTimeout: 10_000 };

/**
 * Takes events from the webhooks of clusters: `POST /events` with `{"events": […]}`, as `lib/sinks/http.ts` sends them.
 * Whoever does not know the token is turned away before anything is read.
 *
 * @throws the error of `listen`, such as EADDRINUSE
 */
export async function openListener(options: ListenOptions): Promise<Listener> {
  const { address, token, tls, receive } = options;
  let underway = 0;
  const take = (refs: readonly ObjectRef[]): void => {
    for (const ref of refs) {
      underway += 1;
      void receive(ref).finally(() => (underway -= 1));
    }
  };

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    if (request.url?.split('?', 1)[0] !== '/events') return { status: 404, body: { error: 'there is /events' } };
    if (request.method !== 'POST') return { status: 405, body: { error: 'POST only' } };
    if (!isSame(request.headers.authorization ?? '', `Bearer ${token}`)) {
      return { status: 401, body: { error: 'another token is needed' } };
    }
    if (underway >= MOST_UNDERWAY) return { status: 429, body: { error: 'too many events at once' } };
    const body = await readBody(request);
    if (body === undefined) return { status: 413, body: { error: `at most ${LONGEST_BODY} bytes` } };
    const details = detailsOf(body);
    if (!details) return { status: 400, body: { error: 'expected {"events": […]}' } };
    const refs = details.flatMap((detail) => refOfDetail(detail) ?? []);
    take(refs);
    return { status: 202, body: { taken: refs.length, ignored: details.length - refs.length } };
  };

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request).then(
      ({ status, body }) => end(request, response, status, body),
      () => response.destroy(),
    );
  };
  const server = tls ? createTlsServer({ ...TIMEOUTS, ...tls() }, serve) : createServer(TIMEOUTS, serve);
  server.maxConnections = 256;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const renewing = tls && setInterval(() => renew(server, tls, options.log), options.renewMs ?? 60_000).unref();
  return {
    url: `${tls ? 'https' : 'http'}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
    async close() {
      clearInterval(renewing);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** From the next connection on; what cannot be read, or does not fit together, changes nothing. */
function renew(server: Server | TlsServer, tls: () => Certificate, log: Log): void {
  try {
    if ('setSecureContext' in server) server.setSecureContext(tls());
  } catch (error) {
    log.warn('certificate not renewed', { error: error instanceof Error ? error.message : String(error) });
  }
}

/** Where the body was not read, the connection is of no further use. */
function end(request: IncomingMessage, response: ServerResponse, status: number, body: Answer['body']): void {
  const isRead = request.complete;
  response.writeHead(status, { 'content-type': 'application/json', ...(isRead ? {} : { connection: 'close' }) });
  response.end(JSON.stringify(body), () => isRead || request.destroy());
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** In the same time whatever differs. */
function isSame(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Undefined: longer than is read. @throws if the sender hangs up */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function detailsOf(body: string): unknown[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  const { events } = (parsed ?? {}) as { readonly events?: unknown };
  return Array.isArray(events) ? events.map((event: { readonly detail?: unknown } | null) => event?.detail) : undefined;
}
