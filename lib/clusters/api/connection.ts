import type { LookupFunction } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import packageJson from '../../../package.json' with { type: 'json' };
import { AssayError } from '../../model/errors.ts';
import type { Access, Credentials } from '../access/credentials.ts';

/** A request to the API server. */
export interface ApiRequest {
  /** Default GET. */
  readonly method?: string;
  /** Path and query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  /** Names in lower case. Credentials are added, and win. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the answer to begin, and between its parts. Default: the connection's. */
  readonly responseTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An answer whose body is yet to be read: every caller reads or destroys it, or the connection is held. */
export interface ApiAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Dispatcher.ResponseData['body'];
}

/** An answer that has been read. */
export type TextAnswer = Omit<ApiAnswer, 'body'> & { readonly body: string };

/** Kept connections to one API server. Rejects with ASSAY_CLUSTER_UNREACHABLE where there is no answer. */
export interface Connection {
  /** The answer, whatever its status. On 401 the credentials are renewed, once; unless `renews` is false. */
  open(request: ApiRequest): Promise<ApiAnswer>;
  /** The same, read to its end. */
  exchange(request: ApiRequest): Promise<TextAnswer>;
  /** Says what a broken connection means, where `error` is one. */
  explain(error: unknown): unknown;
  /** Where requests go now, for addresses in answers. */
  server(): Promise<string>;
  /** Closes what is open, each once it is not used any more; the next request opens anew. Waits for nothing. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  /** Of the cluster, for messages. */
  readonly name: string;
  readonly credentials: Credentials;
  /** Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** For an answer to begin, and between its parts. Default 30,000. */
  readonly responseTimeoutMs?: number;
  /** Requests at one time, watches included; more wait. Default 64. */
  readonly maxConnections?: number;
  /** Finds the addresses of the server. Default: the system's way, which all of the process share. */
  readonly lookup?: LookupFunction | undefined;
  /** False where others speak through the server, so that a 401 may be theirs. Default true. */
  readonly renews?: boolean;
}

/** Below the minute after which balancers drop idle connections without a word. */
const KEEP_ALIVE_MS = 45_000;
const USER_AGENT = `assay/${packageJson.version}`;

/**
 * Opens no connection yet. @kubernetes/client-node 2.0.1 would make a TLS connection for each request; undici's
 * client costs half the CPU of node:https (0.08 against 0.16 ms for a patch; test/bench/cluster.ts).
 */
export function openConnection(options: ConnectionOptions): Connection {
  const { name, credentials, connectTimeoutMs = 5000, responseTimeoutMs = 30_000, maxConnections = 64 } = options;
  let agent: { readonly access: Access; readonly dispatcher: Dispatcher } | undefined;
  let isClosed = false;

  const dispatcherFor = (access: Access): Dispatcher => {
    if (agent && (agent.access === access || isSameEnd(agent.access, access))) return agent.dispatcher;
    // What is under way ends on the old connections.
    if (agent) void agent.dispatcher.close();
    agent = {
      access,
      dispatcher: makeDispatcher(access, { connectTimeoutMs, maxConnections, lookup: options.lookup }),
    };
    return agent.dispatcher;
  };

  const explain = (error: unknown): unknown => {
    if (!(error instanceof Error) || error instanceof AssayError) return error;
    const code = codeOf(error);
    if (!code) return error;
    const host = agent ? new URL(agent.access.server).host : 'the API server';
    return new AssayError('ASSAY_CLUSTER_UNREACHABLE', `no answer from ${host} (${code})`, {
      retry: true,
      cluster: name,
      cause: { code },
    });
  };

  const send = async (access: Access, request: ApiRequest): Promise<ApiAnswer> => {
    const timeoutMs = request.responseTimeoutMs ?? responseTimeoutMs;
    const { origin, prefix } = splitServer(access.server);
    try {
      const { statusCode, headers, body } = await dispatcherFor(access).request({
        origin,
        path: prefix + request.path,
        method: request.method ?? 'GET',
        headers: {
          accept: 'application/json',
          ...request.headers,
          ...(request.contentType && { 'content-type': request.contentType }),
          'user-agent': USER_AGENT,
          ...access.headers,
        },
        body: request.body ?? null,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        ...(request.signal && { signal: request.signal }),
      });
      return { status: statusCode, headers: plainHeaders(headers), body };
    } catch (error) {
      throw explain(error);
    }
  };

  const open = async (request: ApiRequest): Promise<ApiAnswer> => {
    if (isClosed) throw new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'the connection is closed', { cluster: name });
    const access = await credentials.access();
    const answer = await send(access, request);
    if (answer.status === 403 && options.renews !== false) credentials.doubt?.(access);
    if (answer.status !== 401 || options.renews === false) return answer;
    await answer.body.dump();
    return send(await credentials.renew(access), request);
  };

  return {
    open,
    explain,
    async exchange(request) {
      const { status, headers, body } = await open(request);
      try {
        const text = await body.text();
        // undici takes a connection for busy until the turn after its answer: who asks at once would have a second one
        // made, and a look at a cluster two handshakes more.
        await nextTurn();
        return { status, headers, body: text };
      } catch (error) {
        throw explain(error);
      }
    },
    server: async () => (await credentials.access()).server,
    async rest() {
      const gone = agent;
      agent = undefined;
      // What is under way may hang, and holds up nobody.
      void gone?.dispatcher.close();
    },
    async close() {
      isClosed = true;
      await agent?.dispatcher.destroy();
    },
  };
}

type Limits = Pick<ConnectionOptions, 'connectTimeoutMs' | 'maxConnections'>;

function makeDispatcher(
  { server, tls, proxyUrl }: Access,
  { connectTimeoutMs, maxConnections, lookup }: Pick<ConnectionOptions, 'lookup'> & Required<Limits>,
): Dispatcher {
  const options = {
    connections: maxConnections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Watches are silent for long; client-go probes as often.
    connect: { timeout: connectTimeoutMs, keepAlive: true, keepAliveInitialDelay: 30_000, ...(lookup && { lookup }) },
  };
  const { rejectUnauthorized, servername } = tls;
  const isPlain = server.startsWith('http:');
  // One for all connections: each would else parse the authorities, and keep them until garbage is collected.
  const trust = {
    ...(!isPlain && { secureContext: createSecureContext(tls) }),
    ...(servername !== undefined && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
  if (proxyUrl) {
    const { connect } = options;
    return new ProxyAgent({
      ...options,
      uri: proxyUrl,
      proxyTunnel: true,
      proxyTls: connect,
      requestTls: { ...connect, ...trust },
    });
  }
  return new Agent({ ...options, connect: { ...options.connect, ...(isPlain ? {} : trust) } });
}

/** Whether both stand for the same connection: only headers may differ. */
function isSameEnd(left: Access, right: Access): boolean {
  if (left.server !== right.server || left.proxyUrl !== right.proxyUrl) return false;
  return (['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const).every(
    (field) => left.tls[field] === right.tls[field],
  );
}

const servers = new Map<string, { readonly origin: string; readonly prefix: string }>();

/** Servers behind a gateway have a path. Parsed once: it is asked for at every request. */
function splitServer(server: string): { readonly origin: string; readonly prefix: string } {
  const known = servers.get(server);
  if (known) return known;
  const { origin, pathname } = new URL(server);
  const split = { origin, prefix: pathname.replace(/\/$/, '') };
  servers.set(server, split);
  return split;
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

/** `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`, `CERT_HAS_EXPIRED`, …; undefined for what no network did. */
function codeOf(error: Error): string | undefined {
  if (error.name === 'AbortError') return undefined;
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string') return code;
  return error.cause instanceof Error ? codeOf(error.cause) : undefined;
}
