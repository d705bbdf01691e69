import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Environment } from '../../lib/model/settings.ts';
import { readSettings } from '../../lib/webhook/settings.ts';

const read = (environment: Environment = {}) => readSettings({ ASSAY_CLUSTER: 'shop', ...environment });

test('the name of the cluster is all that must be set', () => {
  const { busToken: _, ...settings } = read();
  expect(settings).toEqual({
    cluster: 'shop',
    busAddress: undefined,
    denyInvalid: false,
    listen: { port: 8443 },
    pages: { port: 8080 },
    namespace: 'assay-system',
    tlsSecret: 'assay-webhook-tls',
    tlsHosts: ['assay-webhook.assay-system.svc', 'assay-webhook.assay-system.svc.cluster.local'],
    configuration: 'assay-webhook',
    certificateLookSeconds: 60,
    clientCa: undefined,
    serviceAccountFolder: '/var/run/secrets/kubernetes.io/serviceaccount',
    bufferedEvents: 2000,
    shutdownDelayMs: 3000,
  });
});

test.each([
  {
    name: 'the name of its Service, by its namespace',
    environment: { ASSAY_NAMESPACE: 'tools', ASSAY_SERVICE: 'hook' },
    want: { namespace: 'tools', tlsHosts: ['hook.tools.svc', 'hook.tools.svc.cluster.local'] },
  },
  {
    name: 'other names',
    environment: { ASSAY_TLS_HOSTS: 'a.example,10.0.0.1' },
    want: { tlsHosts: ['a.example', '10.0.0.1'] },
  },
  {
    name: 'an address',
    environment: { ASSAY_LISTEN: '127.0.0.1:1' },
    want: { listen: { host: '127.0.0.1', port: 1 } },
  },
  { name: 'an IPv6 address', environment: { ASSAY_PAGES: '[::1]:0' }, want: { pages: { host: '::1', port: 0 } } },
  { name: 'denials', environment: { ASSAY_DENY_INVALID: 'true' }, want: { denyInvalid: true } },
  { name: 'no denials', environment: { ASSAY_DENY_INVALID: 'false' }, want: { denyInvalid: false } },
  {
    name: 'blank is not set',
    environment: { ASSAY_BUS_URL: ' ', ASSAY_BUFFERED_EVENTS: '' },
    want: { busAddress: undefined, bufferedEvents: 2000 },
  },
])('$name', ({ environment, want }: { environment: Environment; want: object }) => {
  expect(read(environment)).toMatchObject(want);
});

test.each([
  { environment: { ASSAY_CLUSTER: '' }, says: 'ASSAY_CLUSTER: not set; it is the name of this cluster' },
  { environment: { ASSAY_DENY_INVALID: 'yes' }, says: 'ASSAY_DENY_INVALID: expected true or false, got "yes"' },
  { environment: { ASSAY_LISTEN: '8443' }, says: 'ASSAY_LISTEN: expected host:port or :port, got "8443"' },
  { environment: { ASSAY_PAGES: ':65536' }, says: 'ASSAY_PAGES: expected host:port or :port, got ":65536"' },
  { environment: { ASSAY_PAGES: '::1:80' }, says: 'ASSAY_PAGES: expected host:port or :port, got "::1:80"' },
  { environment: { ASSAY_BUFFERED_EVENTS: '1e3' }, says: 'ASSAY_BUFFERED_EVENTS: expected a whole number, got "1e3"' },
  {
    environment: { ASSAY_SHUTDOWN_DELAY_MS: '-1' },
    says: 'ASSAY_SHUTDOWN_DELAY_MS: expected a whole number, got "-1"',
  },
])('refused: $says', ({ environment, says }: { environment: Environment; says: string }) => {
  expect(() => read(environment)).toThrow(expect.objectContaining({ code: 'ASSAY_SETTING_INVALID', message: says }));
});

test('the token for the bus is read each time it is asked for, since it may be replaced', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-settings-'));
  const file = join(folder, 'token');
  const { busToken } = read({ ASSAY_BUS_TOKEN_FILE: file });
  expect(busToken).toThrow(
    expect.objectContaining({
      code: 'ASSAY_SETTING_INVALID',
      message: `ASSAY_BUS_TOKEN_FILE: ${file} cannot be read (ENOENT)`,
    }),
  );
  for (const token of ['one', 'two']) {
    writeFileSync(file, `${token}\n`);
    expect(busToken()).toBe(token);
  }
  rmSync(folder, { recursive: true });
});

test('an authority of client certificates that cannot be read is said at once', () => {
  expect(() => read({ ASSAY_CLIENT_CA_FILE: '/nowhere/ca.crt' })).toThrow(
    'ASSAY_CLIENT_CA_FILE: /nowhere/ca.crt cannot be read (ENOENT)',
  );
});

test('all that is wrong is said at once', () => {
  expect(() => readSettings({ ASSAY_PAGES: 'x' })).toThrow(/^ASSAY_CLUSTER: not set.*; ASSAY_PAGES: expected/);
});
