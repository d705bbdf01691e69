import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openHttp, type HttpSettings } from '../../lib/http/open-http.ts';
import { AUTHORITY, CERTIFICATE, KEY } from './certificates.ts';
import { failureOf, serveHttp, type Answer } from './server.ts';

const ok: Answer = (_request, response) => response.end('ok');
const LOCAL: HttpSettings = { privateNetworks: 'refuse', allow: ['127.0.0.1'], random: () => 0 };

/** A proxy at 127.0.0.1 that knows every name as one port there. */
async function openProxy(port: number): Promise<{ readonly url: string; readonly seen: string[] }> {
  const seen: string[] = [];
  const proxy: Server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.end('by proxy');
  });
  proxy.on('connect', (request, client) => {
    seen.push(`CONNECT ${request.url}`);
    const server = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    for (const socket of [server, client]) socket.on('error', () => server.destroy());
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, seen };
}

test('https goes through a tunnel, in which the certificate is that of the server', async () => {
  const server = await serveHttp(ok, { key: KEY, cert: CERTIFICATE });
  const { url, seen } = await openProxy(server.port);
  const http = openHttp({ ...LOCAL, proxy: url, tls: { ca: AUTHORITY } });
  onTestFinished(() => http.close());
  expect((await http({ url: 'https://prom.test/path' })).body).toBe('ok');
  expect(seen).toEqual(['CONNECT prom.test:443']);
  const untrusted = openHttp({ ...LOCAL, proxy: url });
  onTestFinished(() => untrusted.close());
  expect((await failureOf(untrusted({ url: 'https://prom.test/' }))).code).toBe('ASSAY_HTTP_UNTRUSTED');
});

test('http is asked of the proxy', async () => {
  const { url, seen } = await openProxy(1);
  const http = openHttp({ ...LOCAL, proxy: url });
  onTestFinished(() => http.close());
  expect((await http({ url: 'http://prom.test/path?a=b' })).body).toBe('by proxy');
  expect(seen).toEqual(['GET http://prom.test/path?a=b']);
});

test('a proxy at an address that requests may not go to is refused', async () => {
  const http = openHttp({ ...LOCAL, proxy: 'http://169.254.169.254:80' });
  expect((await failureOf(http({ url: 'https://prom.test/' }))).code).toBe('ASSAY_ADDRESS_REFUSED');
});
