import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a page shows when it is asked for. */
export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves pages by path, to GET and HEAD.
 *
 * @param address  port 0 takes a free one; without a host all addresses are taken
 * @throws         the error of `listen`, such as EADDRINUSE
 */
export async function openPages(
  address: { readonly host?: string; readonly port: number },
  pages: Readonly<Record<string, () => Page | Promise<Page>>>,
): Promise<PageServer> {
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    void find(method, url, pages)
      // A page that fails is the failure of that page: the process looks after others.
      .catch((error: unknown) => textPage(500, `${error instanceof Error ? error.message : String(error)}\n`))
      .then(({ status, contentType, body }) => response.writeHead(status, { 'content-type': contentType }).end(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const { host = 'localhost' } = address;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function find(
  method: string,
  url: string,
  pages: Readonly<Record<string, () => Page | Promise<Page>>>,
): Promise<Page> {
  if (method !== 'GET' && method !== 'HEAD') return textPage(405, 'GET only\n');
  const path = url.split('?', 1)[0] ?? '';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  return page ? page() : textPage(404, `there are ${Object.keys(pages).join(', ')}\n`);
}

export function textPage(status: number, body: string): Page {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}
