import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../../lib/cli/program.ts';
import { makeAuthority } from '../connections/certificates.ts';
import { serveHttp } from '../http/server.ts';
import { aConsole } from './console.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-connections-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function check(connections: readonly object[], ...args: readonly string[]) {
  const console = aConsole();
  const settings = file('settings.yaml', JSON.stringify({ connections }));
  const code = await runProgram(
    ['connections', 'check', ...args, '--settings', settings, '--allow-host', '127.0.0.1'],
    { connections: () => import('../../lib/cli/connections.ts') },
    console,
  );
  return { code, ...console.written };
}

/** A Prometheus at 127.0.0.1 that wants a token. */
async function prometheus(validity?: { readonly notAfter: Date }) {
  const authority = await makeAuthority();
  const server = await serveHttp(
    ({ headers }, response) => {
      response.statusCode = headers.authorization === 'Bearer t0ken' ? 200 : 401;
      response.end('{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[0,"1"]}]}}');
    },
    await authority.issue('prom.test', validity),
  );
  const connection = {
    name: 'metrics',
    provider: 'prometheus',
    address: `https://127.0.0.1:${server.port}`,
    tls: { ca: { file: file('ca.pem', authority.ca) }, serverName: 'prom.test' },
    bearer: { file: file('token', 't0ken\n') },
  };
  return { connection, server };
}

test('a source that is reached, trusted and logged into says so, and its certificate', async () => {
  const { connection, server } = await prometheus();
  const { code, out } = await check([connection]);
  expect(out).toMatch(/^ok +metrics: certificate of 127\.0\.0\.1:\d+ +prom\.test, until 2120-01-01 \(\d+ days\)$/m);
  expect(out).toMatch(/^ok +metrics: Prometheus +answers in \d+ ms: \[1\]$/m);
  expect(out).not.toContain('t0ken');
  expect(code).toBe(0);
  expect(server.seen.map(({ body }) => new URLSearchParams(body).get('query'))).toEqual(['vector(1)']);
});

test('a certificate that ends soon is told before it ends', async () => {
  const { connection } = await prometheus({ notAfter: new Date(Date.now() + 5 * 24 * 3_600_000) });
  const { code, out } = await check([connection]);
  expect(out).toMatch(/^warn +metrics: certificate .* \([45] days\)$/m);
  expect(code).toBe(0);
});

test.each([
  {
    name: 'it is not logged into',
    change: () => ({ bearer: { file: file('other', 'wrong') } }),
    says: /metrics: Prometheus .*401|client error/,
  },
  { name: 'it is not trusted', change: () => ({ tls: { serverName: 'prom.test' } }), says: /unknown authority/ },
  {
    name: 'a secret is not there',
    change: () => ({ bearer: { file: '/no/such/file' } }),
    says: /file \/no\/such\/file: ENOENT/,
  },
  {
    name: 'a Secret of a cluster is named and no cluster',
    change: () => ({ bearer: { secretKeyRef: { name: 'a', key: 'b' } } }),
    says: /secret a: give --kubeconfig/,
  },
  { name: 'nobody listens', change: () => ({ address: 'https://127.0.0.1:1' }), says: /connection refused/ },
])('a source fails where $name', async ({ change, says }) => {
  const { connection } = await prometheus();
  const { code, out } = await check([{ ...connection, ...change() }]);
  expect(out).toMatch(says);
  expect(out).toMatch(/^fail /m);
  expect(code).toBe(1);
});

test('one may be checked by its name, for scripts too', async () => {
  const { connection } = await prometheus();
  const other = { name: 'other', provider: 'graphite', hosts: ['*.corp'] };
  const { code, out } = await check([connection, other], 'other', '-o', 'json');
  expect(JSON.parse(out)).toMatchObject({
    ok: true,
    results: [
      { area: 'connections', subject: 'other: Graphite', status: 'warn', message: 'not asked: it says no address' },
    ],
  });
  expect(code).toBe(0);
});

test('a name that is not there is told', async () => {
  const { code, err } = await check([{ name: 'metrics', provider: 'web', hosts: ['a.b'] }], 'metric');
  expect(code).toBe(64);
  expect(err).toContain('there is no connection metric (did you mean "metrics"?)');
});
