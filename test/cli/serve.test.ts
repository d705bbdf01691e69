import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../../lib/cli/program.ts';
import { openStubServer, type StubServer } from '../clusters/api/stub-server.ts';
import { aConsole } from './console.ts';

let api: StubServer;
let taken: Server;
let folder: string;

beforeEach(async () => {
  api = await openStubServer(() => ({ status: 503, body: {} }));
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  folder = mkdtempSync(join(tmpdir(), 'assay-serve-'));
  const named = { name: 'lab', cluster: { server: api.url }, user: {}, context: { cluster: 'lab', user: 'lab' } };
  const config = { 'current-context': 'lab', clusters: [named], users: [named], contexts: [named] };
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...config }));
  writeFileSync(join(folder, 'token'), 'sixteen-characters');
});
afterEach(async () => {
  taken.close();
  await api.close();
  rmSync(folder, { recursive: true });
});

const serve = async (...args: readonly string[]) => {
  const console = aConsole({ onOutput: (text, self) => text.includes('"serving"') && self.interrupt() });
  const all = ['serve', '--kubeconfig', join(folder, 'kubeconfig'), ...args];
  const code = await runProgram(all, { serve: () => import('../../lib/cli/serve.ts') }, console);
  return { code, ...console.written };
};
const settings = (text: string): string => {
  const path = join(folder, 'settings.yaml');
  writeFileSync(path, text);
  return path;
};
const listenWith = (address: string) => ['--listen', address, '--listen-token-file', join(folder, 'token')];

test('connections are read before the cluster is asked anything', async () => {
  const broken = await serve(
    '--metrics',
    '127.0.0.1:0',
    '--settings',
    settings('connections: [{name: p, provider: prometheus}]'),
  );
  expect(broken.code).toBe(64);
  expect(broken.err).toContain('settings.yaml: connections[0]: expected hosts or an address');
  expect(api.requests).toEqual([]);
  const good = settings('connections: [{name: p, provider: prometheus, hosts: [prometheus.corp]}]');
  expect((await serve('--metrics', '127.0.0.1:0', '--settings', good)).code).toBe(0);
});

test.each([
  { name: '--metrics', args: (address: string) => ['--metrics', address] },
  { name: '--listen', args: (address: string) => ['--metrics', '127.0.0.1:0', ...listenWith(address)] },
])('a port of $name that is taken is said before the cluster is asked anything', async ({ args }) => {
  const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
  const { code, err } = await serve(...args(address));
  expect(code).toBe(69);
  expect(err).toContain(`cannot listen at ${address}: something else listens there (EADDRINUSE) (ASSAY_LISTEN_FAILED)`);
  expect(err).toContain('give another address (`--metrics`, `--listen`');
  expect(api.requests).toEqual([]);
});

test('a token of a cluster that is not served is said', async () => {
  writeFileSync(join(folder, 'tokens'), JSON.stringify({ lab: 'of-the-lab-alone', other: 'of-the-other-one' }));
  const listen = ['--listen', '127.0.0.1:0', '--listen-tokens', join(folder, 'tokens')];
  const { code, out } = await serve('--metrics', '127.0.0.1:0', ...listen);
  expect(code).toBe(0);
  expect(out).toContain('"message":"tokens of clusters that are not served","clusters":["other"]');
});
