import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import { openConnection } from '../../../lib/clusters/api/connection.ts';
import { openStubServer } from './stub-server.ts';

it('reaches an API server through a proxy that stands before it', async () => {
  const server = await openStubServer(({ url }) => ({ body: { url } }));
  const targets: (string | undefined)[] = [];
  const proxy = createServer();
  proxy.on('connect', ({ url }, socket) => {
    targets.push(url);
    const [host, port] = (url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');

  const access = {
    server: server.url,
    tls: {},
    headers: {},
    proxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  };
  const credentials = { access: () => access, renew: async () => access };
  const connection = openConnection({ name: 'prod', credentials });
  for (const path of ['/a', '/b'])
    expect((await connection.exchange({ path })).body).toBe(JSON.stringify({ url: path }));
  expect(new Set(targets)).toStrictEqual(new Set([server.host]));

  await connection.close();
  await server.close();
  proxy.closeAllConnections();
  proxy.close();
});
