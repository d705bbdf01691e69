import { describe, expect, test } from 'vitest';
import { openAccounts } from '../../lib/connections/accounts.ts';
import { openConnections } from '../../lib/connections/open-connections.ts';
import { openHttp } from '../../lib/http/open-http.ts';
import type { Connection } from '../../lib/model/connection.ts';
import type { ConnectionUse } from '../../lib/model/connections.ts';
import type { HttpRequest, HttpResponse } from '../../lib/model/http.ts';
import type { AwsCredentials } from '../../lib/model/provider.ts';
import type { ProviderField } from '../../lib/model/provider-rows.ts';
import { failureOf, serveHttp, type Answer } from '../http/server.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';
import { makeAuthority } from './certificates.ts';

const RUN = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: 'run', uid: 'u' } as const;
const RULES = {
  privateNetworks: 'refuse',
  allow: ['127.0.0.1'],
  lookup: async () => [{ address: '127.0.0.1', family: 4 }],
  random: () => 0,
} as const;
const ok: Answer = (_request, response) => response.end('ok');

interface Set {
  readonly connections: readonly object[];
  readonly onlyConnections?: boolean;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly clock?: VirtualClock;
  /** In place of the network. */
  readonly answer?: (request: HttpRequest) => Promise<HttpResponse>;
}

function open({ connections, onlyConnections = false, secrets = {}, answer, clock = virtualClock(0) }: Set) {
  const hidden: string[] = [];
  const uses: ConnectionUse[] = [];
  const roles: unknown[] = [];
  const plain = answer ?? openHttp(RULES);
  const read = async (name: string): Promise<string> => secrets[name] ?? '';
  const opened = openConnections({
    cluster: 'c1',
    settings: { connections: connections as readonly Connection[], onlyConnections },
    accounts: openAccounts(clock.timers),
    places: { secret: read, file: read, secretKeyRef: async (name, key) => read(`${name}/${key}`) },
    openHttp: (tls) => openHttp({ ...RULES, tls }),
    async credentialsOf(role): Promise<AwsCredentials> {
      roles.push(role);
      return { accessKeyId: 'AKIA', secretAccessKey: 'secret' };
    },
    timers: clock.timers,
    onUse: (use) => uses.push(use),
  });
  const asides: unknown[] = [];
  const of = (provider: ProviderField, part: unknown = {}, namespace = 'shop') =>
    opened.of(provider, part, {
      run: { ...RUN, namespace },
      now: clock.now,
      hide: (value) => hidden.push(value),
      aside: async (wait) => {
        asides.push(wait);
        return wait();
      },
      mostWaitMs: () => Infinity,
      outOfTime: () => new Error('never'),
      fetch: plain,
      prepare: (request) => request,
    });
  return { opened, of, hidden, uses, roles, asides, clock };
}

const PROMETHEUS = { name: 'p', provider: 'prometheus', hosts: ['prom.test', 'http://plain.test'] };

describe('over TLS of a connection', () => {
  test('a server of its authority is trusted', async () => {
    const authority = await makeAuthority();
    const server = await serveHttp(ok, await authority.issue('prom.test'));
    const url = `https://prom.test:${server.port}/`;
    const { of } = open({ connections: [{ ...PROMETHEUS, tls: { ca: { value: authority.ca } } }] });
    expect((await of('prometheus').fetch({ url })).body).toBe('ok');
    expect((await failureOf(of('web').fetch({ url }))).code).toBe('ASSAY_HTTP_UNTRUSTED');
  });

  test('a server of another authority is not, whatever the metric says', async () => {
    const [authority, other] = [await makeAuthority(), await makeAuthority()];
    const server = await serveHttp(ok, await other.issue('prom.test'));
    const { of } = open({ connections: [{ ...PROMETHEUS, tls: { ca: { value: authority.ca } } }] });
    const error = await failureOf(of('prometheus').fetch({ url: `https://prom.test:${server.port}/`, insecure: true }));
    expect(error.code).toBe('ASSAY_HTTP_UNTRUSTED');
    expect(server.seen).toEqual([]);
  });

  test('the server may have another name', async () => {
    const authority = await makeAuthority();
    const server = await serveHttp(ok, await authority.issue('inner.test'));
    const url = `https://prom.test:${server.port}/`;
    const tls = { ca: { value: authority.ca } };
    const named = open({ connections: [{ ...PROMETHEUS, tls: { ...tls, serverName: 'inner.test' } }] });
    expect((await named.of('prometheus').fetch({ url })).body).toBe('ok');
    const unnamed = open({ connections: [{ ...PROMETHEUS, tls }] });
    expect((await failureOf(unnamed.of('prometheus').fetch({ url }))).code).toBe('ASSAY_HTTP_UNTRUSTED');
  });

  test('the client has a certificate, and its key is hidden', async () => {
    const authority = await makeAuthority();
    const client = await authority.issue('assay');
    const server = await serveHttp(ok, {
      ...(await authority.issue('prom.test')),
      ca: authority.ca,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const url = `https://prom.test:${server.port}/`;
    const tls = { ca: { value: authority.ca }, certificate: { value: client.cert }, key: { secret: 'key' } };
    const { of, hidden } = open({ connections: [{ ...PROMETHEUS, tls }], secrets: { key: client.key } });
    expect((await of('prometheus').fetch({ url })).body).toBe('ok');
    expect(hidden).toEqual([client.key]);
    const without = open({ connections: [{ ...PROMETHEUS, tls: { ca: tls.ca } }] });
    expect((await failureOf(without.of('prometheus').fetch({ url }))).code).toBe('ASSAY_HTTP_UNREACHABLE');
  });

  test('a key that is none is told without telling it', async () => {
    const tls = { certificate: { value: 'no certificate' }, key: { secret: 'key' } };
    const { of } = open({ connections: [{ ...PROMETHEUS, tls }], secrets: { key: 'not-a-key' } });
    const error = await failureOf(of('prometheus').fetch({ url: 'https://prom.test/' }));
    expect(error.code).toBe('ASSAY_SETTING_INVALID');
    expect(error.message).not.toContain('not-a-key');
  });

  test('a redirect to a host outside of it is refused', async () => {
    const authority = await makeAuthority();
    const server = await serveHttp(
      (_request, response) => response.writeHead(307, { location: 'https://elsewhere.test/' }).end(),
      await authority.issue('prom.test'),
    );
    const { of } = open({ connections: [{ ...PROMETHEUS, tls: { ca: { value: authority.ca } } }] });
    const error = await failureOf(of('prometheus').fetch({ url: `https://prom.test:${server.port}/` }));
    expect(error.message).toContain('the redirect to elsewhere.test leads out of the connection');
  });
});

/** What a fake source was sent, by a connection that says so. */
async function sentBy(
  connection: object,
  secrets: Readonly<Record<string, string>>,
  request: Partial<HttpRequest> = {},
) {
  const sent: HttpRequest[] = [];
  const set = open({
    connections: [{ ...PROMETHEUS, ...connection }],
    secrets,
    answer: async (each) => {
      sent.push(each);
      const body = each.url.includes('token') ? '{"access_token":"t0ken","token_type":"bearer"}' : 'ok';
      return { status: 200, headers: { 'content-type': 'application/json' }, body };
    },
  });
  await set.of('prometheus').fetch({ url: 'https://prom.test/api', ...request });
  return { ...set, sent };
}
const headersOf = ({ headers = [] }: HttpRequest) => headers.map(([name, value]) => `${name}: ${value}`);

describe('what a connection gives', () => {
  test.each([
    {
      name: 'headers, plain and secret',
      given: {
        headers: [
          { name: 'X-Scope-OrgID', value: 'a' },
          { name: 'X-Key', secret: 'k' },
        ],
      },
      sent: ['X-Scope-OrgID: a', 'X-Key: k3y'],
      hidden: ['k3y'],
    },
    {
      name: 'a user and a password',
      given: { basic: { username: 'me', password: { secret: 'k' } } },
      sent: ['Authorization: Basic bWU6azN5'],
      hidden: ['k3y'],
    },
    {
      name: 'a token',
      given: { bearer: { secretKeyRef: { name: 's', key: 't' } } },
      sent: ['Authorization: Bearer fr0m-cluster'],
      hidden: ['fr0m-cluster'],
    },
    {
      name: 'a token of a file',
      given: { bearer: { file: 'f' } },
      sent: ['Authorization: Bearer fr0m-file'],
      hidden: ['fr0m-file'],
    },
  ])('$name', async ({ given, sent, hidden }) => {
    const went = await sentBy(given, { k: 'k3y', 's/t': 'fr0m-cluster', f: 'fr0m-file\n' });
    expect(went.sent.flatMap(headersOf)).toEqual(sent);
    expect(went.hidden).toEqual(hidden);
  });

  test('stands in place of what the metric says under the same names', async () => {
    const { sent } = await sentBy(
      { bearer: { secret: 'k' } },
      { k: 'new' },
      {
        headers: [
          ['authorization', 'Bearer old'],
          ['Accept', 'x'],
        ],
      },
    );
    expect(sent.flatMap(headersOf)).toEqual(['Accept: x', 'Authorization: Bearer new']);
  });

  test('a token of OAuth 2, asked for once', async () => {
    const oauth2 = { tokenUrl: 'https://id.test/token', clientId: 'a', clientSecret: { secret: 'k' } };
    const { sent, hidden, of } = await sentBy({ oauth2 }, { k: 'cl1ent' });
    await of('prometheus').fetch({ url: 'https://prom.test/again' });
    expect(sent.map(({ url }) => url)).toEqual([
      'https://id.test/token',
      'https://prom.test/api',
      'https://prom.test/again',
    ]);
    expect(headersOf(sent[1] ?? { url: '' })).toEqual(['Authorization: Bearer t0ken']);
    expect(hidden).toEqual(expect.arrayContaining(['cl1ent', 't0ken']));
  });

  test('a signature, as its role', async () => {
    const sigv4 = { region: 'eu-west-1', roleArn: 'arn:aws:iam::111122223333:role/a', externalId: 'x' };
    const { sent, roles } = await sentBy({ sigv4 }, {});
    expect(roles).toEqual([sigv4]);
    expect(sent.flatMap(headersOf).join('\n')).toMatch(/AWS4-HMAC-SHA256 Credential=AKIA\/19700101\/eu-west-1\/aps\//);
  });

  test('a time limit, where the metric would wait longer', async () => {
    const limit = { timeoutSeconds: 5 };
    expect((await sentBy(limit, {}, { timeoutMs: 30_000 })).sent[0]?.timeoutMs).toBe(5000);
    expect((await sentBy(limit, {}, { timeoutMs: 1000 })).sent[0]?.timeoutMs).toBe(1000);
    expect((await sentBy(limit, {})).sent[0]?.timeoutMs).toBe(5000);
  });

  test('nothing to a host that it does not stand for', async () => {
    const went = await sentBy({ bearer: { secret: 'k' } }, { k: 'k3y' }, { url: 'https://other.test/' });
    expect(went.sent.flatMap(headersOf)).toEqual([]);
    const plain = await sentBy(
      { hosts: ['prom.test'], bearer: { secret: 'k' } },
      { k: 'k' },
      { url: 'http://prom.test/' },
    );
    expect(plain.sent.flatMap(headersOf)).toEqual([]);
  });
});

test('a secret that is not taken is read anew, once', async () => {
  const secrets = { k: 'old' };
  const clock = virtualClock(0);
  const { of } = open({
    connections: [{ ...PROMETHEUS, bearer: { secret: 'k' } }],
    secrets,
    clock,
    answer: async (request) => ({
      status: headersOf(request).includes('Authorization: Bearer new') ? 200 : 401,
      headers: {},
      body: '',
    }),
  });
  const status = async () => (await of('prometheus').fetch({ url: 'https://prom.test/' })).status;
  expect(await status()).toBe(401);
  secrets.k = 'new';
  await clock.run(11_000);
  expect(await status()).toBe(200);
});

describe('keys of a connection', () => {
  const keys = { 'api-key': { secret: 'a' }, 'app-key': { secret: 'b' } };
  const none = {
    read: async () => ({ own: 'yes' }),
    variable: () => 'environment',
  };
  const dd = { name: 'dd', provider: 'datadog', keys };

  test('stand in place of the Secret and the environment', async () => {
    const { of, hidden } = open({ connections: [dd], secrets: { a: 'k1', b: 'k2' } });
    const secrets = of('datadog').secrets(none);
    expect(await secrets.read('datadog')).toEqual({ 'api-key': 'k1', 'app-key': 'k2' });
    expect(secrets.variable('DD_API_KEY')).toBeUndefined();
    expect(hidden).toEqual(['k1', 'k2']);
  });

  test('but not of a Secret in the namespace of the run, which its tenant named', async () => {
    const { of } = open({ connections: [dd] });
    expect(await of('datadog').secrets(none).read('mine', { namespace: 'run' })).toEqual({ own: 'yes' });
  });

  test('nor for another account', async () => {
    const { of } = open({ connections: [{ ...dd, accounts: ['dd-eu'] }] });
    expect(await of('datadog').secrets(none).read('datadog')).toEqual({ own: 'yes' });
    expect(
      await of('datadog', { secretRef: { name: 'dd-eu' } })
        .secrets(none)
        .read('dd-eu'),
    ).toEqual({
      'api-key': '',
      'app-key': '',
    });
  });
});

describe('a metric that names no address', () => {
  const address = 'https://prom.test/base';
  test('has that of the connection', () => {
    const { opened } = open({ connections: [{ ...PROMETHEUS, address }] });
    expect(opened.fill('prometheus', { query: 'up' })).toEqual({ query: 'up', address });
    expect(opened.fill('prometheus', { query: 'up', address: 'https://a.b' })).toEqual({
      query: 'up',
      address: 'https://a.b',
    });
    expect(opened.fill('graphite', { query: 'up' })).toEqual({ query: 'up' });
  });

  test('has region and role of CloudWatch', async () => {
    const sigv4 = { region: 'eu-west-1', roleArn: 'arn:aws:iam::111122223333:role/a' };
    const { of, roles } = open({ connections: [{ name: 'cw', provider: 'cloudWatch', sigv4 }] });
    const { settings } = of('cloudWatch');
    await settings.awsCredentials?.({ region: 'eu-west-1' });
    expect([settings.awsRegion, roles]).toEqual(['eu-west-1', [sigv4]]);
  });
});

test('CloudWatch is asked at the address of its connection, such as an endpoint within a network', () => {
  const sigv4 = { region: 'eu-west-1' };
  const address = 'https://vpce-1.monitoring.eu-west-1.vpce.amazonaws.com';
  const opened = open({ connections: [{ name: 'cw', provider: 'cloudWatch', address, sigv4 }] });
  expect(opened.of('cloudWatch').settings.awsEndpoint).toBe(address);
  expect(opened.of('prometheus').settings).not.toHaveProperty('awsEndpoint');
});

describe('onlyConnections', () => {
  const asked: string[] = [];
  const { of } = open({
    connections: [PROMETHEUS],
    onlyConnections: true,
    async answer({ url }) {
      asked.push(url);
      return { status: 200, headers: {}, body: '' };
    },
  });

  test('lets through what falls under one', async () => {
    await of('prometheus').fetch({ url: 'https://prom.test/' });
    expect(asked).toEqual(['https://prom.test/']);
  });

  test.each([
    { name: 'another host', provider: 'prometheus', url: 'http://169.254.169.254/latest' },
    { name: 'another provider', provider: 'web', url: 'https://prom.test/' },
    { name: 'what is no URL', provider: 'prometheus', url: 'prom.test' },
  ] as const)('refuses $name, and names the address', async ({ provider, url }) => {
    const error = await failureOf(of(provider).fetch({ url }));
    expect(error.code).toBe('ASSAY_CONNECTION_REQUIRED');
    expect(error.message).toContain(url);
    expect(error.message).toContain('onlyConnections');
  });
});
