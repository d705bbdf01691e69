import { describe, expect, it } from 'vitest';
import { parseClusterSettings } from '../../lib/model/cluster-settings.ts';
import { type Connection, logsIn, parseHostPattern, patternsOf } from '../../lib/model/connection.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { aClusterDocument } from '../builders.ts';

const prometheus = { name: 'metrics', provider: 'prometheus', hosts: ['prometheus.corp'] } as const;

function problemsOf(...connections: readonly object[]): string {
  try {
    parseClusterSettings('shop', JSON.stringify({ ...aClusterDocument(), connections }));
  } catch (error) {
    if (error instanceof AssayError) return error.message.replace('settings of cluster shop: ', '');
    throw error;
  }
  return '';
}

describe('connections of settings', () => {
  it('may have every field', () => {
    const full = {
      ...prometheus,
      accounts: ['a'],
      regions: ['eu-west-1'],
      address: 'https://prometheus.corp/base',
      keys: { address: { value: 'https://prometheus.corp' }, token: { secret: 'x#y' } },
      tls: {
        ca: { value: 'PEM' },
        certificate: { secret: 'c' },
        key: { secretKeyRef: { name: 'tls', key: 'tls.key' } },
        serverName: 'prometheus.test',
      },
      headers: [{ name: 'X-Scope-OrgID', value: 'team-a' }],
      basic: { username: 'assay', password: { secret: 'p' } },
      proxy: 'http://proxy.corp:3128',
      timeoutSeconds: 20,
      limits: { requestsPerSecond: 0.5, burst: 2, concurrency: 3, waitSeconds: 60 },
    };
    expect(problemsOf(full)).toBe('');
  });

  it.each([
    { name: 'of an unknown provider', given: { ...prometheus, provider: 'prom' }, says: 'connections[0].provider' },
    { name: 'of a provider that asks nobody', given: { ...prometheus, provider: 'job' }, says: '.provider' },
    { name: 'without a server', given: { name: 'a', provider: 'web' }, says: 'expected hosts or an address' },
    { name: 'with a key in plain sight', given: { ...prometheus, bearer: 'abc' }, says: 'bearer' },
    {
      name: 'with a password in plain sight',
      given: { ...prometheus, basic: { username: 'a', password: { value: 'b' } } },
      says: 'password',
    },
    {
      name: 'with an API key in plain sight',
      given: { name: 'dd', provider: 'datadog', keys: { 'api-key': { value: 'abc' } } },
      says: 'keys.api-key: expected one of secret, file and secretKeyRef: it is a secret',
    },
    {
      name: 'with two logins',
      given: { ...prometheus, bearer: { secret: 'a' }, basic: { username: 'a', password: { secret: 'b' } } },
      says: 'expected one of basic, bearer, oauth2, sigv4 at most, got basic and bearer',
    },
    {
      name: 'with two places for one secret',
      given: { ...prometheus, bearer: { secret: 'a', secretKeyRef: { name: 'a', key: 'b' } } },
      says: 'bearer: expected one of secret, file and secretKeyRef',
    },
    {
      name: 'with a certificate that has no key',
      given: { ...prometheus, tls: { certificate: { secret: 'a' } } },
      says: 'tls: certificate and key go together',
    },
    {
      name: 'with a header that has no value',
      given: { ...prometheus, headers: [{ name: 'X-A' }] },
      says: 'headers: X-A: expected value',
    },
    {
      name: 'with a file, where functions would read it',
      given: { ...prometheus, bearer: { file: '/etc/token' } },
      says: 'files are for assay serve',
    },
    {
      name: 'that logs in to whatever Service somebody creates',
      given: { ...prometheus, hosts: ['*.svc'], bearer: { secret: 'a' } },
      says: 'whoever may create a Service would get what this connection logs in with',
    },
    {
      name: 'with a short name, which is another Service in each namespace',
      given: { ...prometheus, hosts: ['prometheus'] },
      says: 'the host in full',
    },
    { name: 'with a host that is a path', given: { ...prometheus, hosts: ['a.b/c'] }, says: 'hosts[0]' },
    { name: 'with credentials in its address', given: { ...prometheus, address: 'https://a:b@c.d' }, says: 'address' },
    { name: 'with an unknown field', given: { ...prometheus, insecure: true }, says: 'insecure' },
    { name: 'with a rate of nothing', given: { ...prometheus, limits: { requestsPerSecond: 0 } }, says: '0.01' },
  ])('are refused $name', ({ given, says }) => {
    expect(problemsOf(given)).toContain(says);
  });

  it('have names of their own', () => {
    expect(problemsOf(prometheus, prometheus)).toBe('connections[1]: there is another of the name metrics');
  });
});

describe('the hosts of a connection', () => {
  it.each([
    { name: 'those that it lists', given: prometheus, hosts: ['prometheus.corp'] },
    {
      name: 'that of its address, with scheme and port',
      given: { ...prometheus, hosts: [], address: 'http://10.0.0.1:9090/x' },
      hosts: ['http://10.0.0.1:9090'],
    },
    {
      name: 'that of the address among its keys',
      given: { name: 'i', provider: 'influxdb', keys: { address: { value: 'https://influx.corp:8086' } } },
      hosts: ['https://influx.corp:8086'],
    },
    { name: 'those of the service', given: { name: 'n', provider: 'newRelic' }, hosts: ['*.newrelic.com'] },
  ] as { name: string; given: Connection; hosts: string[] }[])('are $name', ({ given, hosts }) => {
    expect(patternsOf(given)).toEqual(hosts);
  });

  it.each([
    { text: 'prometheus.corp', is: { scheme: undefined, host: 'prometheus.corp', isWildcard: false, port: undefined } },
    { text: 'http://a.b:80', is: { scheme: 'http', host: 'a.b', isWildcard: false, port: '80' } },
    { text: '*.corp', is: { scheme: undefined, host: 'corp', isWildcard: true, port: undefined } },
    { text: '[fd00::1]:9090', is: { scheme: undefined, host: '[fd00::1]', isWildcard: false, port: '9090' } },
    { text: 'a.b.', is: { scheme: undefined, host: 'a.b', isWildcard: false, port: undefined } },
    { text: '*', is: undefined },
    { text: 'localhost', is: undefined },
    { text: 'a.*.b', is: undefined },
    { text: 'A.b', is: undefined },
    { text: 'a.b@c.d', is: undefined },
  ])('are read: $text', ({ text, is }) => {
    expect(parseHostPattern(text)).toEqual(is);
  });
});

describe('a connection logs in', () => {
  const secret = { secret: 'a' };
  it.each([
    { name: 'no: with a rate alone', given: prometheus, is: false },
    { name: 'no: with an authority', given: { ...prometheus, tls: { ca: secret } }, is: false },
    {
      name: 'no: with a header that is no secret',
      given: { ...prometheus, headers: [{ name: 'a', value: 'b' }] },
      is: false,
    },
    { name: 'with a header that is one', given: { ...prometheus, headers: [{ name: 'a', ...secret }] }, is: true },
    {
      name: 'with a client certificate',
      given: { ...prometheus, tls: { certificate: secret, key: secret } },
      is: true,
    },
    { name: 'with a token', given: { ...prometheus, bearer: secret }, is: true },
    { name: 'with keys', given: { name: 'd', provider: 'datadog', keys: { 'api-key': secret } }, is: true },
  ] as { name: string; given: Connection; is: boolean }[])('$name', ({ given, is }) => {
    expect(logsIn(given)).toBe(is);
  });
});
