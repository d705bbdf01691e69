import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../lib/model/connection.ts';
import { type Issued, makeAuthority } from '../connections/certificates.ts';
import { type AnalysisCluster, borrowAnalysisCluster } from './analysis-cluster.ts';
import { outcomeOf, outcomeWanted } from './metric-sources.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type PrometheusServer, startPrometheus } from './servers/prometheus.ts';
import { type SampleService, startSampleService } from './servers/sample-service.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';

/** A run that asks a Prometheus by a connection of its own, or by none. */
interface Case {
  readonly name: string;
  /** Which server: one that wants a certificate and a user, one whose certificate is over, or what parts tenants. */
  readonly server: 'guarded' | 'expired' | 'tenants';
  readonly connection?: Partial<Connection>;
  readonly phase: string;
  readonly measurement: { readonly value?: string; readonly message?: unknown };
}

const SERVER_NAME = 'prometheus.test';
const PASSWORD = 'for-tests-only';
/** By bcrypt, of the least cost. */
const PASSWORD_HASH = '$2b$04$wEeLxOw10NI2lsskAC0aZuZm8BEPRZ/zSBeY8jx.fmcEpI9vjvy2C';
const folder = createScratchFolder('prometheus-tls');
const at = (file: string): { readonly file: string } => ({ file: join(folder, file) });

const known = { ca: at('authority.pem'), serverName: SERVER_NAME };
const client = { certificate: at('client.pem'), key: at('client-key.pem') };
const basic = { username: 'assay', password: at('password') };
const tenant = (id: string): Partial<Connection> => ({ tls: known, headers: [{ name: 'X-Scope-OrgID', value: id }] });
const failsWith = (end: RegExp) => ({
  phase: 'Error',
  measurement: {
    message: expect.stringMatching(new RegExp(`^Post "https://127\\.0\\.0\\.1:\\d+/api/v1/query": ${end.source}`)),
  },
});

const CASES: readonly Case[] = [
  {
    name: 'an authority of its own, a client certificate, and a user',
    server: 'guarded',
    connection: { tls: { ...known, ...client }, basic },
    phase: 'Successful',
    measurement: { value: '[0.97]' },
  },
  {
    name: 'no connection: nobody knows the authority',
    server: 'guarded',
    ...failsWith(/tls: failed to verify certificate: x509: /),
  },
  {
    name: 'another authority',
    server: 'guarded',
    connection: { tls: { ...known, ...client, ca: at('other-authority.pem') }, basic },
    ...failsWith(/tls: failed to verify certificate: x509: /),
  },
  {
    name: 'a certificate of another name',
    server: 'guarded',
    connection: { tls: { ...known, ...client, serverName: 'other.test' }, basic },
    ...failsWith(/tls: failed to verify certificate: x509: certificate is not valid for /),
  },
  {
    name: 'a certificate that has expired',
    server: 'expired',
    connection: { tls: known },
    ...failsWith(/tls: failed to verify certificate: x509: certificate has expired/),
  },
  {
    name: 'no client certificate',
    server: 'guarded',
    connection: { tls: known, basic },
    ...failsWith(/.*certificate required/),
  },
  {
    name: 'a client certificate of another authority',
    server: 'guarded',
    connection: { tls: { ...known, certificate: at('stranger.pem'), key: at('stranger-key.pem') }, basic },
    ...failsWith(/.*(unknown certificate authority|unknown ca|bad certificate)/),
  },
  {
    name: 'no user',
    server: 'guarded',
    connection: { tls: { ...known, ...client } },
    phase: 'Error',
    measurement: { message: expect.stringMatching(/401/) },
  },
  {
    name: 'a wrong password',
    server: 'guarded',
    connection: { tls: { ...known, ...client }, basic: { username: 'assay', password: at('wrong-password') } },
    phase: 'Error',
    measurement: { message: expect.stringMatching(/401/) },
  },
  {
    name: 'a tenant by its header',
    server: 'tenants',
    connection: tenant('cart'),
    phase: 'Successful',
    measurement: { value: '[0.97]' },
  },
  {
    name: 'another tenant of the same server',
    server: 'tenants',
    connection: tenant('checkout'),
    phase: 'Failed',
    measurement: { value: '[0.5]' },
  },
];

const nameOf = (index: number): string => `case-${index}`;

describe.skipIf(!(await serversAvailable()))('Prometheus over TLS', () => {
  let cluster: AnalysisCluster;
  let assay: AssayServe;
  let service: SampleService;
  const prometheus: PrometheusServer[] = [];
  const doors: Server[] = [];

  /** A port of its own for each case, since a connection is found by host and port. */
  const openDoor = async (url: string): Promise<string> => {
    const target = Number(new URL(url).port);
    const door = createServer((socket) => {
      const inside = connect(target, '127.0.0.1');
      socket.pipe(inside).pipe(socket);
      socket.on('error', () => inside.destroy());
      inside.on('error', () => socket.destroy());
    });
    doors.push(door);
    await new Promise<void>((resolve) => void door.listen(0, '127.0.0.1', resolve));
    return `https://127.0.0.1:${(door.address() as AddressInfo).port}`;
  };

  beforeAll(async () => {
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    const writeIssued = (name: string, { cert, key }: Issued): void => {
      write(`${name}.pem`, cert);
      write(`${name}-key.pem`, key);
    };
    const [authority, other] = [await makeAuthority(), await makeAuthority()];
    const own = await authority.issue(SERVER_NAME);
    write('authority.pem', authority.ca);
    write('other-authority.pem', other.ca);
    writeIssued('server', own);
    writeIssued('expired', await authority.issue(SERVER_NAME, { notAfter: new Date('2020-01-02') }));
    writeIssued('client', await authority.issue('assay'));
    writeIssued('stranger', await other.issue('assay'));
    write('password', PASSWORD);
    write('wrong-password', `${PASSWORD}!`);

    const certificateOf = (name: string) => ({
      cert_file: at(`${name}.pem`).file,
      key_file: at(`${name}-key.pem`).file,
    });
    const clients = { client_auth_type: 'RequireAndVerifyClientCert', client_ca_file: at('authority.pem').file };
    [cluster, service] = await Promise.all([borrowAnalysisCluster(), startSampleService({ tls: own })]);
    const [guarded, expired] = await Promise.all([
      startPrometheus({
        targets: [],
        web: {
          tls_server_config: { ...certificateOf('server'), ...clients },
          basic_auth_users: { assay: PASSWORD_HASH },
        },
      }),
      startPrometheus({ targets: [], web: { tls_server_config: certificateOf('expired') } }),
    ]);
    prometheus.push(guarded, expired);
    service.page('/api/v1/query', ({ headers }) => {
      const value = { cart: '0.97', checkout: '0.5' }[String(headers['x-scope-orgid'])];
      const result = value === undefined ? [] : [{ metric: {}, value: [1_700_000_000, value] }];
      return { body: { status: 'success', data: { resultType: 'vector', result } } };
    });

    const urls = { guarded: guarded.url, expired: expired.url, tenants: service.url };
    const addresses = await Promise.all(CASES.map(async ({ server }) => openDoor(urls[server])));
    const connections = CASES.flatMap(({ connection }, index) =>
      connection ? [{ name: nameOf(index), provider: 'prometheus', hosts: [addresses[index]], ...connection }] : [],
    );
    write('settings.yaml', JSON.stringify({ connections }));
    const args = [`--settings=${join(folder, 'settings.yaml')}`];
    assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath, args });
    await Promise.all(
      addresses.map(async (address, index) =>
        cluster.createRun(nameOf(index), {
          metrics: [
            {
              name: 'ratio',
              consecutiveErrorLimit: 0,
              successCondition: 'result[0] >= 0.95',
              provider: { prometheus: { address, query: 'vector(0.97)' } },
            },
          ],
        }),
      ),
    );
  });
  afterAll(async () => {
    await assay?.stop();
    await cluster?.stop();
    await Promise.all([...prometheus.map((each) => each.remove()), service?.stop()]);
    for (const door of doors) door.close();
    removeScratchFolder(folder);
  });

  test.each(CASES.map((one, index) => ({ ...one, index })))('$name', async ({ index, ...one }) => {
    expect(outcomeOf(await cluster.ended(nameOf(index)))).toEqual(outcomeWanted(one));
  });

  test('what connections log in with is in no status and in no line of the log', async () => {
    const runs = await Promise.all(CASES.map(async (_, index) => cluster.ended(nameOf(index))));
    const told = JSON.stringify([runs, assay.log()]);
    expect(told).toContain(nameOf(0));
    expect(told).not.toContain(PASSWORD);
    expect(told).not.toContain(Buffer.from(`assay:${PASSWORD}`).toString('base64'));
  });
});
