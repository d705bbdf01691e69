import { type IncomingMessage, createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that somebody measured with. Times are of a clock that nobody sets, in milliseconds. */
export interface Asked {
  /** Prometheus gives it back: so it stands in the measurement that came of this request, and in no other. */
  readonly value: number;
  /** Whose measurement it was to be. */
  readonly run: string;
  readonly atMs: number;
  /** When it had been answered, or the one who asked was gone. */
  endedMs: number;
}

/** Stands before Prometheus and counts. */
export interface CountingProxy {
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/** What a query looks like that is counted; of it, Prometheus is asked for the number of the request. */
export function countedQuery(run: string): string {
  return `count_me{run="${run}"}`;
}

/** Starts a proxy of the Prometheus at `url`. */
export async function startCountingProxy(url: string): Promise<CountingProxy> {
  const asked: Asked[] = [];
  const server = createServer((incoming, response) => {
    forward(incoming, response, url, asked).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  url: string,
  asked: Asked[],
): Promise<void> {
  const atMs = performance.now();
  let body = '';
  incoming.setEncoding('utf8');
  for await (const chunk of incoming) body += chunk;
  const form = new URLSearchParams(body);
  const [, run] = /^count_me\{run="([^"]+)"\}$/.exec(form.get('query') ?? '') ?? [];
  if (run !== undefined) {
    const one: Asked = { value: asked.length + 1, run, atMs, endedMs: Infinity };
    asked.push(one);
    response.once('close', () => (one.endedMs = performance.now()));
    form.set('query', `vector(${one.value})`);
  }
  const text = form.toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(text)),
  };
  const outgoing = request(`${url}${incoming.url ?? ''}`, { method: incoming.method ?? 'GET', headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.once('error', () => response.destroy());
  response.once('close', () => outgoing.destroy());
  outgoing.end(text);
}
