import { describe, expect, test } from 'vitest';
import type { Connection } from '../../lib/model/connection.ts';
import { accountOf, addressOf, connectionFor, connectionOf } from '../../lib/model/connection-match.ts';

const bearer = { secret: 'token' };
const CONNECTIONS: readonly Connection[] = [
  { name: 'exact', provider: 'prometheus', hosts: ['prometheus.corp:9090'] },
  { name: 'below', provider: 'prometheus', hosts: ['*.metrics.corp'], bearer },
  { name: 'plain', provider: 'prometheus', hosts: ['http://plain.corp'], bearer },
  { name: 'amazon', provider: 'prometheus', hosts: ['*.amazonaws.com'], regions: ['eu-west-1'] },
  { name: 'default', provider: 'prometheus', address: 'http://prometheus.monitoring.svc:9090' },
  { name: 'eu', provider: 'newRelic', accounts: ['newrelic-eu'] },
  { name: 'us', provider: 'newRelic', accounts: ['newrelic'] },
  { name: 'dd', provider: 'datadog' },
  { name: 'six', provider: 'graphite', hosts: ['[fd00::1]'] },
];

const account = undefined;

describe('a request falls under the first connection', () => {
  test.each([
    { name: 'of its host and port', url: 'http://prometheus.corp:9090/api', is: 'exact' },
    { name: 'none at another port', url: 'http://prometheus.corp/api', is: undefined },
    { name: 'of a domain above its host', url: 'https://a.b.metrics.corp/', is: 'below' },
    { name: 'none for the domain itself', url: 'https://metrics.corp/', is: undefined },
    { name: 'none for a host that ends alike', url: 'https://evilmetrics.corp/', is: undefined },
    { name: 'none where it would log in over http', url: 'http://a.metrics.corp/', is: undefined },
    { name: 'over http where that is written', url: 'http://plain.corp/', is: 'plain' },
    { name: 'none at another port than that of the scheme', url: 'http://plain.corp:8080/', is: undefined },
    { name: 'none over https where http is written', url: 'https://plain.corp/', is: undefined },
    { name: 'in capitals and with a final dot', url: 'http://PROMETHEUS.corp.:9090/', is: 'exact' },
    { name: 'of its region', url: 'https://aps-workspaces.eu-west-1.amazonaws.com/x', is: 'amazon' },
    { name: 'none of another region', url: 'https://aps-workspaces.us-east-1.amazonaws.com/x', is: undefined },
    { name: 'of the default address', url: 'http://prometheus.monitoring.svc:9090/api', is: 'default' },
    {
      name: 'none at an address that the default begins',
      url: 'http://prometheus.monitoring.svc.evil.org:9090/',
      is: undefined,
    },
    { name: 'none with the host as a user', url: 'http://prometheus.corp:9090@evil.org/', is: undefined },
    { name: 'none where it is no URL', url: 'prometheus.corp:9090', is: undefined },
  ])('$name', ({ url, is }) => {
    expect(connectionFor(CONNECTIONS, { provider: 'prometheus', account, url })?.name).toBe(is);
  });

  test('of its provider alone', () => {
    const url = 'http://prometheus.corp:9090/';
    expect(connectionFor(CONNECTIONS, { provider: 'web', account, url })).toBeUndefined();
  });

  test('of its account', () => {
    const url = 'https://api.eu.newrelic.com/graphql';
    const asked = (profile: string) =>
      connectionFor(CONNECTIONS, { provider: 'newRelic', account: profile, url })?.name;
    expect([asked('newrelic-eu'), asked('newrelic'), asked('other')]).toEqual(['eu', 'us', undefined]);
  });

  test('at an address of version 6', () => {
    expect(connectionFor(CONNECTIONS, { provider: 'graphite', account, url: 'http://[fd00::1]:80/' })?.name).toBe(
      'six',
    );
  });
});

test('a metric names an account, or means the default', () => {
  expect(accountOf('newRelic', { profile: 'x', query: '' })).toBe('x');
  expect(accountOf('newRelic', { query: '' })).toBe('newrelic');
  expect(accountOf('datadog', { secretRef: { name: 'dd-eu' } })).toBe('dd-eu');
  expect(accountOf('datadog', {})).toBe('datadog');
  expect(accountOf('prometheus', { address: 'https://a.b' })).toBeUndefined();
});

test('a metric names a URL, or a host', () => {
  expect(addressOf('web', { url: 'https://a.b/c' })).toBe('https://a.b/c');
  expect(addressOf('wavefront', { address: 'acme.wavefront.com' })).toBe('https://acme.wavefront.com');
  expect(addressOf('prometheus', {})).toBeUndefined();
  expect(addressOf('datadog', {})).toBeUndefined();
});

const gives = ({ address }: Connection) => address !== undefined;

test('where a metric names nothing, the provider says which connection gives an address', () => {
  expect(connectionOf(CONNECTIONS, { provider: 'prometheus', account }, gives)?.name).toBe('default');
  expect(connectionOf(CONNECTIONS, { provider: 'graphite', account }, gives)).toBeUndefined();
});
