import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Serving } from './serve.ts';

/** The pages for Prometheus and for probes. */
export interface StatusServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `/metrics`, `/healthz` (the process lives) and `/readyz` (the objects of at least one cluster are read: one
 * that is away must not stop the others from being served).
 *
 * @param address  `host:port`; port 0 takes a free one
 * @throws         the error of `listen`, such as EADDRINUSE
 */
export async function openStatusServer(
  address: { readonly host: string; readonly port: number },
  serving: Serving,
): Promise<StatusServer> {
  const server = createServer((request, response) => {
    void answer(request.method ?? '', request.url ?? '', serving).then(({ status, contentType, body }) =>
      response.writeHead(status, { 'content-type': contentType }).end(body),
    );
  });
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

async function answer(method: string, url: string, serving: Serving): Promise<Page> {
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'GET only\n');
  switch (url.split('?', 1)[0]) {
    case '/metrics':
      return { status: 200, ...(await serving.metrics()) };
    case '/healthz':
      return text(200, 'ok\n');
    case '/readyz': {
      const { synced, waiting } = serving.progress();
      const body = [`synced: ${synced.join(', ') || 'none'}`, `waiting: ${waiting.join(', ') || 'none'}`, ''].join(
        '\n',
      );
      return text(synced.length > 0 ? 200 : 503, body);
    }
    default:
      return text(404, 'there are /metrics, /healthz and /readyz\n');
  }
}

function text(status: number, body: string): Page {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}
