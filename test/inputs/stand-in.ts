import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands in for the servers that inputs ask: pages, Prometheus, and an API server that lets nobody in. */
export async function startStandIn(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      const { method, url = '', headers } = request;
      const { pathname, searchParams } = new URL(url, 'http://stand.in');
      if (pathname === '/ok') json(response, { ok: true });
      else if (pathname === '/echo') json(response, { method, headers, body });
      else if (pathname === '/big') json(response, { ok: true, pad: 'x'.repeat(Number(searchParams.get('n'))) });
      else if (pathname === '/api/v1/query') json(response, { status: 'success', data: JSON.parse(queryIn(body)) });
      else if (pathname.startsWith('/forbidden/')) json(response, FORBIDDEN, 403);
      else json(response, { error: 'not found' }, 404);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const FORBIDDEN = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message: 'secrets "s" is forbidden: User "robot" cannot get resource "secrets" in API group ""',
  reason: 'Forbidden',
  code: 403,
};

/** The query is the data that is answered. */
function queryIn(body: string): string {
  return new URLSearchParams(body).get('query') ?? 'null';
}

function json(response: ServerResponse, value: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
