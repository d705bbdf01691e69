import { describe, expect, test } from 'vitest';
import { openAddressRules, type AddressSettings } from '../../lib/http/addresses.ts';

function refusal(url: string, address: string | undefined, settings: Partial<AddressSettings> = {}) {
  const { hostname, port } = new URL(url);
  const rules = openAddressRules({ privateNetworks: 'refuse', ...settings });
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return rules.refusal({ host, port: Number(port || 80) }, address ?? host);
}

describe('addresses in URLs, however they are written', () => {
  test.each([
    ['http://127.0.0.1/', 'a loopback address'],
    ['http://127.8.9.10/', 'a loopback address'],
    ['http://2130706433/', 'a loopback address'],
    ['http://017700000001/', 'a loopback address'],
    ['http://0177.0.0.1/', 'a loopback address'],
    ['http://0x7f.1/', 'a loopback address'],
    ['http://0x7f000001/', 'a loopback address'],
    ['http://127.1/', 'a loopback address'],
    ['http://127.0.0.1./', 'a loopback address'],
    ['http://①②⑦.0.0.1/', 'a loopback address'],
    ['http://[::1]/', 'a loopback address'],
    ['http://[0:0:0:0:0:0:0:1]/', 'a loopback address'],
    ['http://[::ffff:127.0.0.1]/', 'a loopback address'],
    ['http://[::ffff:7f00:1]/', 'a loopback address'],
    ['http://[::127.0.0.1]/', 'a loopback address'],
    ['http://[::ffff:0:127.0.0.1]/', 'a loopback address'],
    ['http://[64:ff9b::127.0.0.1]/', 'a loopback address'],
    ['http://[2002:7f00:1::]/', 'a loopback address'],
    ['http://0.0.0.0/', 'an unspecified address'],
    ['http://0/', 'an unspecified address'],
    ['http://[::]/', 'an unspecified address'],
    ['http://[::ffff:0.0.0.0]/', 'an unspecified address'],
    ['http://169.254.1.1/', 'a link-local address'],
    ['http://169.254.169.254/latest/meta-data/', 'a link-local address'],
    ['http://2852039166/', 'a link-local address'],
    ['http://[fe80::1]/', 'a link-local address'],
    ['http://[febf::1]/', 'a link-local address'],
    ['http://[::ffff:a9fe:a9fe]/', 'a link-local address'],
    ['http://[64:ff9b::a9fe:a9fe]/', 'a link-local address'],
    ['http://[2002:a9fe:a9fe::1]/', 'a link-local address'],
    ['http://224.0.0.1/', 'a multicast address'],
    ['http://[ff02::1]/', 'a multicast address'],
    ['http://255.255.255.255/', 'a broadcast address'],
    ['http://240.0.0.1/', 'a reserved address'],
    ['http://192.0.2.1/', 'a reserved address'],
    ['http://198.18.0.1/', 'a reserved address'],
    ['http://[fec0::1]/', 'a reserved address'],
    ['http://[2001:db8::1]/', 'a reserved address'],
    ['http://[2001:0:a9fe:a9fe::1]/', 'a reserved address'],
    ['http://[64:ff9b:1::1]/', 'a reserved address'],
    ['http://[100::1]/', 'a reserved address'],
    ['http://[4000::1]/', 'a reserved address'],
    ['http://10.1.2.3/', 'a private address'],
    ['http://172.16.0.1/', 'a private address'],
    ['http://172.31.255.254/', 'a private address'],
    ['http://192.168.1.1/', 'a private address'],
    ['http://100.64.0.1/', 'a private address'],
    ['http://[fd00::1]/', 'a private address'],
    ['http://[::ffff:10.0.0.1]/', 'a private address'],
    ['http://8.8.8.8/', undefined],
    ['http://172.32.0.1/', undefined],
    ['http://100.128.0.1/', undefined],
    ['http://[2606:4700::1111]/', undefined],
    ['http://[::ffff:8.8.8.8]/', undefined],
    ['http://[64:ff9b::808:808]/', undefined],
  ])('%s: %s', (url, reason) => expect(refusal(url, undefined)).toBe(reason));
});

describe('private networks, where they are let through', () => {
  test.each([
    ['http://10.1.2.3/', undefined],
    ['http://100.64.0.1/', undefined],
    ['http://[fd00::1]/', undefined],
    ['http://[::ffff:10.0.0.1]/', undefined],
    ['http://127.0.0.1/', 'a loopback address'],
    ['http://169.254.169.254/', 'a link-local address'],
    ['http://[fd00:ec2::254]/', 'a metadata service address'],
    ['http://[fd00:ec2::23]/', 'a metadata service address'],
    ['http://[fd20:ce::254]/', 'a metadata service address'],
    ['http://100.100.100.200/', 'a metadata service address'],
    ['http://168.63.129.16/', 'a metadata service address'],
    ['http://192.0.0.192/', 'a metadata service address'],
  ])('%s: %s', (url, reason) => expect(refusal(url, undefined, { privateNetworks: 'allow' })).toBe(reason));
});

describe('the list of hosts and networks', () => {
  test.each([
    { name: 'a network', allow: ['10.2.0.0/16'], address: '10.2.3.4', want: undefined },
    { name: 'beside a network', allow: ['10.2.0.0/16'], address: '10.3.0.1', want: 'a private address' },
    { name: 'a network, its address mapped into IPv6', allow: ['10.2.0.0/16'], address: '::ffff:10.2.3.4' },
    { name: 'an IPv6 network', allow: ['fd12::/16'], address: 'fd12::7' },
    { name: 'an address', allow: ['127.0.0.1'], address: '127.0.0.1' },
    { name: 'an address, its neighbour', allow: ['127.0.0.1'], address: '127.0.0.2', want: 'a loopback address' },
    { name: 'an address in brackets', allow: ['[::1]'], address: '::1' },
    { name: 'an IPv6 address', allow: ['::1'], address: '0:0:0:0:0:0:0:1' },
    { name: 'an address in decimal', allow: ['2130706433'], address: '127.0.0.1' },
    { name: 'a name', allow: ['prom.corp'], host: 'prom.corp', address: '10.0.0.1' },
    { name: 'a name on loopback', allow: ['prom.corp'], host: 'prom.corp', address: '127.0.0.1' },
    { name: 'a name with a final dot', allow: ['prom.corp'], host: 'prom.corp.', address: '10.0.0.1' },
    { name: 'a name in capitals', allow: ['PROM.corp'], host: 'prom.corp', address: '10.0.0.1' },
    { name: 'another name', allow: ['prom.corp'], host: 'x.prom.corp', address: '10.0.0.1', want: 'a private address' },
    { name: 'names below', allow: ['*.corp'], host: 'a.b.corp', address: '10.0.0.1' },
    { name: 'below is not itself', allow: ['*.corp'], host: 'corp', address: '10.0.0.1', want: 'a private address' },
    {
      name: 'below is not beside',
      allow: ['*.corp'],
      host: 'evilcorp',
      address: '10.0.0.1',
      want: 'a private address',
    },
    {
      name: 'a name never opens link-local',
      allow: ['prom.corp'],
      host: 'prom.corp',
      address: '169.254.169.254',
      want: 'a link-local address',
    },
    {
      name: 'nor a metadata service',
      allow: ['prom.corp'],
      host: 'prom.corp',
      address: 'fd00:ec2::254',
      want: 'a metadata service address',
    },
    { name: 'a link-local address listed as one', allow: ['169.254.1.1'], address: '169.254.1.1' },
  ])('$name', ({ allow, host, address, want }) => {
    const url = `http://${host ?? (address.includes(':') ? `[${address}]` : address)}/`;
    expect(refusal(url, address, { allow })).toBe(want);
  });

  test.each(['', '*', 'a b', 'http://x', 'x:80', 'x/y', '10.0.0.0/40', '*.*.corp', 'user@host', '300.1.1.1'])(
    'refuses the entry %j',
    (entry) => {
      const open = () => openAddressRules({ privateNetworks: 'refuse', allow: [entry] });
      expect(open).toThrow(`neither a host nor a network: ${JSON.stringify(entry)}`);
    },
  );
});

describe('the metadata services of clouds, which no setting opens', () => {
  test.each([
    ['169.254.169.254', 'a link-local address'],
    ['::ffff:169.254.169.254', 'a link-local address'],
    ['169.254.170.2', 'a link-local address'],
    ['169.254.170.23', 'a link-local address'],
    ['169.254.42.42', 'a link-local address'],
    ['169.254.0.23', 'a link-local address'],
    ['fe80::a9fe:a9fe', 'a link-local address'],
    ['100.100.100.200', 'a metadata service address'],
    ['168.63.129.16', 'a metadata service address'],
    ['64:ff9b::a83f:8110', 'a metadata service address'],
    ['192.0.0.192', 'a metadata service address'],
    ['fd00:42::42', 'a metadata service address'],
    ['fd00:a9fe:a9fe::1', 'a metadata service address'],
    ['fd00:c1::a9fe:a9fe', 'a metadata service address'],
    ['fd00:ec2::254', 'a metadata service address'],
    ['fd00:ec2::23', 'a metadata service address'],
    ['fd20:ce::254', 'a metadata service address'],
  ])('%s: %s', (address, want) => {
    const allow = ['0.0.0.0/0', '::/0', address, 'name.test'];
    expect(refusal('http://name.test/', address, { privateNetworks: 'allow', allow })).toBe(want);
  });
});

describe('the runtime API of the process, which no list opens', () => {
  const reason = 'the runtime API of this process';
  test.each([
    { runtimeApi: '127.0.0.1:9001', url: 'http://127.0.0.1:9001/', want: reason },
    { runtimeApi: '127.0.0.1:9001', url: 'http://[::ffff:127.0.0.1]:9001/', want: reason },
    { runtimeApi: '127.0.0.1:9001', url: 'http://0.0.0.0:9001/', want: reason },
    { runtimeApi: '127.0.0.1:9001', url: 'http://[::1]:9001/', want: reason },
    { runtimeApi: '127.0.0.1:9001', url: 'http://name.test:9001/', address: '127.0.0.1', want: reason },
    { runtimeApi: '127.0.0.1:9001', url: 'http://127.0.0.1:9002/', want: undefined },
    { runtimeApi: 'localhost:9001', url: 'http://127.0.0.1:9001/', want: reason },
    { runtimeApi: '169.254.100.1:9001', url: 'http://169.254.100.1:9001/', want: reason },
    { runtimeApi: 'api.test:9001', url: 'http://api.test:9001/', address: '8.8.8.8', want: reason },
    { runtimeApi: '10.0.0.9', url: 'http://10.0.0.9/', want: reason },
  ])('$runtimeApi and $url: $want', ({ runtimeApi, url, address, want }) => {
    expect(refusal(url, address, { runtimeApi, allow: ['0.0.0.0/0', '::/0'] })).toBe(want);
  });

  test('a setting that is no address is an error at once', () => {
    expect(() => openAddressRules({ privateNetworks: 'allow', runtimeApi: 'a b' })).toThrow(
      'not a host and port: "a b"',
    );
  });
});
