import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';

/** What an API server answered. `body` is the parsed JSON, or the text where it is none. */
export interface ApiAnswer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
}

/** What goes with a request; `contentType` is `application/json` unless given. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly contentType?: string;
  readonly token?: string;
  readonly signal?: AbortSignal;
}

/** One line of a watch. */
export interface WatchEvent<Item> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Item;
}

/** The harness's own eyes and hands on an API server: plain requests, so that tests do not check a client with itself. */
export interface ApiClient {
  /** Promises the answer whatever its status; rejects only if there is none within 10 s. */
  send<Body = unknown>(path: string, request?: ApiRequest): Promise<ApiAnswer<Body>>;
  /** As `send`, but rejects on a status of 400 and above, with the server's message. */
  call<Body = unknown>(path: string, request?: ApiRequest): Promise<Body>;
  /** Calls `seen` for each event until the server ends the watch (resolves), or it breaks or is aborted (rejects). */
  watch<Item>(path: string, seen: (event: WatchEvent<Item>) => void, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** A client of `server` that trusts `ca` (PEM) and sends `token` unless a request has its own. */
export function createApiClient({ server, ca, token }: { server: string; ca: string; token: string }): ApiClient {
  const agent = new Agent({ keepAlive: true, ca });
  // A watch lasts: on the shared agent its connection could be one that the server is about to close.
  const watchAgent = new Agent({ keepAlive: false, ca });

  const open = (path: string, options: RequestOptions, body?: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const outgoing = httpsRequest(new URL(path, server), options, resolve);
      outgoing.once('error', reject);
      outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer to ${options.method} ${path} in time`)));
      outgoing.end(body);
    });

  const send = async <Body>(path: string, request: ApiRequest = {}): Promise<ApiAnswer<Body>> => {
    const { method = 'GET', body, contentType = 'application/json', signal } = request;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = { authorization: `Bearer ${request.token ?? token}` };
    if (text !== undefined) {
      headers['content-type'] = contentType;
      // Node leaves it out with DELETE, and the body is then taken for the next request.
      headers['content-length'] = String(Buffer.byteLength(text));
    }
    const options = { agent, method, headers, timeout: 10_000, ...(signal && { signal }) };
    const answer = await open(path, options, text);
    return { status: answer.statusCode ?? 0, body: parseIfJson(await readText(answer)) as Body };
  };

  return {
    send,
    async call<Body>(path: string, request: ApiRequest = {}) {
      const { status, body } = await send<Body>(path, request);
      if (status >= 400) throw new ApiError(`${request.method ?? 'GET'} ${path}`, status, body);
      return body;
    },
    async watch(path, seen, signal) {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await open(path, { agent: watchAgent, headers, method: 'GET', signal });
      if (answer.statusCode !== 200) {
        throw new ApiError(`GET ${path}`, answer.statusCode ?? 0, parseIfJson(await readText(answer)));
      }
      answer.setEncoding('utf8');
      let rest = '';
      for await (const chunk of answer) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) seen(JSON.parse(line) as never);
      }
    },
    close() {
      agent.destroy();
      watchAgent.destroy();
    },
  };
}

/** An answer of 400 and above. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly body: unknown;

  constructor(what: string, status: number, body: unknown) {
    const text = isStatus(body) ? body.message : JSON.stringify(body);
    super(`${what}: ${status} ${text}`);
    this.status = status;
    this.body = body;
  }
}

function isStatus(body: unknown): body is { message: string } {
  return typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string';
}

async function readText(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return text;
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
