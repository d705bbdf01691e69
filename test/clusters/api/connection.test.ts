import { expect, it } from 'vitest';
import { openConnection } from '../../../lib/clusters/api/connection.ts';
import { aStatus, openStubServer } from './stub-server.ts';

/** A connection to a server that denies what is below /denied, and what was doubted. */
async function open(renews: boolean) {
  const server = await openStubServer(({ url }) =>
    url === '/denied' ? { status: 403, body: aStatus(403, 'no') } : { body: { url } },
  );
  const access = { server: server.url, tls: {}, headers: {} };
  const doubted: unknown[] = [];
  const credentials = {
    access: () => access,
    renew: async () => access,
    doubt: (denied: unknown) => void doubted.push(denied),
  };
  return { server, access, doubted, connection: openConnection({ name: 'prod', credentials, renews }) };
}

it.each([
  { renews: true, what: 'doubts the credentials that the server lets do too little' },
  { renews: false, what: 'doubts no credentials where a Service may have said no' },
])('$what', async ({ renews }) => {
  const { server, access, doubted, connection } = await open(renews);
  expect((await connection.exchange({ path: '/denied' })).status).toBe(403);
  await connection.exchange({ path: '/allowed' });
  expect(doubted).toStrictEqual(renews ? [access] : []);
  await connection.close();
  await server.close();
});

it('sends requests one after the other over one connection', async () => {
  const { server, connection } = await open(true);
  for (const path of ['/a', '/b', '/c', '/d']) await connection.exchange({ path });
  expect(server.connections()).toBe(1);
  await connection.close();
  await server.close();
});

it('closes what is open when it rests, but nothing that is under way, and opens anew', async () => {
  const { server, connection } = await open(true);
  await connection.exchange({ path: '/a' });
  const underWay = connection.exchange({ path: '/c' });
  // Credentials are had in a turn of their own.
  await new Promise((resolve) => setImmediate(resolve));
  await connection.rest();
  expect(await Promise.race([underWay, Promise.resolve('under way')])).toBe('under way');
  expect((await underWay).status).toBe(200);
  await connection.rest();
  const opened = server.connections();
  expect((await connection.exchange({ path: '/d' })).status).toBe(200);
  expect(server.connections()).toBe(opened + 1);
  await connection.close();
  await expect(connection.exchange({ path: '/e' })).rejects.toThrow('the connection is closed');
  await server.close();
});
