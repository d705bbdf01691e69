import { describe, expect, test } from 'vitest';
import { candidatesOf, type NameFiles, parseHosts, parseSearch } from '../../lib/http/name-files.ts';
import { openHttp } from '../../lib/http/open-http.ts';
import { openResolver } from '../../lib/http/resolver.ts';
import { serveDns, type Zone } from './dns-server.ts';
import { failureOf, serveHttp } from './server.ts';

const filesOf = (hosts = '', resolver = ''): NameFiles => ({
  hosts: parseHosts(hosts),
  search: parseSearch(resolver),
  version: resolver,
});

async function aResolver(zone: Zone, files: () => NameFiles = () => filesOf(), nowMs: () => number = () => 0) {
  const server = await serveDns(zone);
  return { server, lookup: openResolver({ servers: [server.address], timeoutMs: 30, files, nowMs }) };
}

const addressesOf = (found: readonly { readonly address: string }[]) => found.map(({ address }) => address).join(' ');

describe('names whose servers are silent', () => {
  test('hold up nobody: a name that is answered is found while 64 of them wait', async () => {
    const names = Array.from({ length: 64 }, (_, at) => `silent-${at}.test`);
    const zone = { ...Object.fromEntries(names.map((name) => [name, 'silent'] as const)), 'ok.test': ['127.0.0.1'] };
    const dns = await serveDns(zone);
    const lookup = openResolver({ servers: [dns.address], timeoutMs: 400, files: () => filesOf() });
    const server = await serveHttp((_request, response) => response.end('here'));
    const http = openHttp({ privateNetworks: 'refuse', allow: ['127.0.0.1'], lookup, random: () => 0 });
    const order: string[] = [];
    const silent = names.map(async (name) => {
      await failureOf(http({ url: `http://${name}/`, timeoutMs: 1_000 }));
      order.push('silent');
    });
    const answer = await http({ url: `http://ok.test:${server.port}/` });
    order.push('answered');
    await Promise.all(silent);
    expect(answer.body).toBe('here');
    expect(order[0]).toBe('answered');
  });

  test('fail in a way that may pass, and are asked anew', async () => {
    const { server, lookup } = await aResolver({ 'a.test': 'silent' });
    await expect(lookup('a.test')).rejects.toMatchObject({ code: 'EAI_AGAIN' });
    const before = server.asked.length;
    await expect(lookup('a.test')).rejects.toMatchObject({ code: 'EAI_AGAIN' });
    expect(server.asked.length).toBe(2 * before);
  });
});

describe('answers', () => {
  test('are all addresses of both families', async () => {
    const { lookup } = await aResolver({ 'a.test': ['10.0.0.1', '10.0.0.2', 'fd00:0:0:0:0:0:0:1'] });
    expect(await lookup('A.test')).toEqual([
      { address: '10.0.0.1', family: 4 },
      { address: '10.0.0.2', family: 4 },
      { address: 'fd00::1', family: 6 },
    ]);
  });

  test('are shared by those who ask at one time, and kept as long as the record says', async () => {
    let nowMs = 0;
    const { server, lookup } = await aResolver({ 'a.test': ['10.0.0.1'] }, undefined, () => nowMs);
    await Promise.all([lookup('a.test'), lookup('a.test')]);
    nowMs = 19_999;
    await lookup('a.test');
    expect(server.asked).toHaveLength(2);
    nowMs = 20_000;
    await lookup('a.test');
    expect(server.asked).toHaveLength(4);
  });

  test('that there is no such name are kept for 5 s', async () => {
    let nowMs = 0;
    const { server, lookup } = await aResolver({}, undefined, () => nowMs);
    for (nowMs of [0, 4_999]) await expect(lookup('gone.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(server.asked).toHaveLength(2);
    nowMs = 5_000;
    await expect(lookup('gone.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(server.asked).toHaveLength(4);
  });

  test('of 1,000 names are kept at most, the newest of them', async () => {
    const { server, lookup } = await aResolver({});
    for (let at = 0; at <= 1_000; at += 1) await lookup(`n${at}.test`).catch(() => undefined);
    const before = server.asked.length;
    await lookup('n1.test').catch(() => undefined);
    expect(server.asked.length).toBe(before);
    await lookup('n0.test').catch(() => undefined);
    expect(server.asked.length).toBe(before + 2);
  });
});

describe('the files of the machine', () => {
  test('name addresses before any server is asked, and are read anew', async () => {
    let nowMs = 0;
    let hosts = '10.1.1.1 shop.corp shop # ours\n::1 shop.corp\nnonsense shop.corp';
    const { server, lookup } = await aResolver(
      {},
      () => filesOf(hosts),
      () => nowMs,
    );
    expect(addressesOf(await lookup('Shop.corp.'))).toBe('10.1.1.1 ::1');
    hosts = '10.1.1.2 shop.corp';
    nowMs = 5_000;
    expect(addressesOf(await lookup('shop.corp'))).toBe('10.1.1.2');
    expect(server.asked).toEqual([]);
  });

  test.each(['localhost', 'LOCALHOST.', 'a.localhost'])('%s is this machine, whatever servers say', async (name) => {
    const { server, lookup } = await aResolver({});
    expect(addressesOf(await lookup(name))).toBe('127.0.0.1 ::1');
    expect(server.asked).toEqual([]);
  });

  test('the search domains of a pod are tried in their order', async () => {
    const search = 'search shop.svc.cluster.local svc.cluster.local\noptions timeout:1 ndots:5';
    const names = { 'prometheus.monitoring.svc.cluster.local': ['10.2.2.2'] };
    const { server, lookup } = await aResolver(names, () => filesOf('', search));
    expect(addressesOf(await lookup('prometheus.monitoring'))).toBe('10.2.2.2');
    expect(server.asked.filter((question) => question.startsWith('A '))).toEqual([
      'A prometheus.monitoring.shop.svc.cluster.local',
      'A prometheus.monitoring.svc.cluster.local',
    ]);
  });

  test('a search domain whose server refuses does not hide the name itself', async () => {
    const search = 'search bad.test\noptions ndots:5';
    const names = { 'a.test.bad.test': 'refused', 'a.test': ['10.3.3.3'] } as const;
    const { lookup } = await aResolver(names, () => filesOf('', search));
    expect(addressesOf(await lookup('a.test'))).toBe('10.3.3.3');
  });

  test.each([
    { name: 'a', search: 'search x y', want: ['a.x', 'a.y', 'a'] },
    { name: 'a.b', search: 'search x', want: ['a.b', 'a.b.x'] },
    { name: 'a.b', search: 'domain x\noptions ndots:2', want: ['a.b.x', 'a.b'] },
    { name: 'a.', search: 'search x', want: ['a'] },
    { name: 'a', search: '# search x\n; search y', want: ['a'] },
    { name: 'a', search: 'search x\nsearch y.', want: ['a.y', 'a'] },
  ])('$name with "$search" is $want', ({ name, search, want }) => {
    expect(candidatesOf(name, parseSearch(search))).toEqual(want);
  });
});
