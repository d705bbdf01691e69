import { openPages, type PageServer, textPage } from '../web/pages.ts';
import type { Serving } from './serve.ts';

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
): Promise<PageServer> {
  return openPages(address, {
    '/metrics': async () => ({ status: 200, ...(await serving.metrics()) }),
    '/healthz': () => textPage(200, 'ok\n'),
    '/readyz': () => {
      const { synced, waiting } = serving.progress();
      const lines = [`synced: ${synced.join(', ') || 'none'}`, `waiting: ${waiting.join(', ') || 'none'}`, ''];
      return textPage(synced.length > 0 ? 200 : 503, lines.join('\n'));
    },
  });
}
