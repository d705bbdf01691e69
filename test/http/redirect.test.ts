import { describe, expect, test } from 'vitest';
import type { HttpRequest } from '../../lib/model/http.ts';
import { nextHop } from '../../lib/http/redirect.ts';
import { firstHop, type Hop } from '../../lib/http/hop.ts';
import { openHttp, type HttpSettings } from '../../lib/http/open-http.ts';
import { failureOf, serveHttp, type Answer } from './server.ts';

const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
const inside = async () => [{ address: '192.168.0.7', family: 4 }];
const LOCAL: HttpSettings = { privateNetworks: 'refuse', allow: ['127.0.0.1'], random: () => 0, lookup };

const names = (hop: Hop | undefined) => [...(hop?.headers.keys() ?? [])];

/** `/301/to/URL` redirects to URL with 301; anything else is answered. */
const redirects: Answer = ({ path }, response) => {
  const [, status, location] = /^\/(3\d\d)\/to\/(.*)$/.exec(path) ?? [];
  if (location === undefined) response.end('there');
  else response.writeHead(Number(status), { location: decodeURIComponent(location) }).end('moved');
};

describe('methods and bodies, as with Go', () => {
  test.each([
    { status: 301, method: 'GET', want: { method: 'GET', body: '' } },
    { status: 301, method: 'POST', want: { method: 'GET', body: '' } },
    { status: 302, method: 'PUT', want: { method: 'GET', body: '' } },
    { status: 303, method: 'POST', want: { method: 'GET', body: '' } },
    { status: 303, method: 'PATCH', want: { method: 'GET', body: '' } },
    { status: 303, method: 'OPTIONS', want: { method: 'GET', body: '' } },
    { status: 307, method: 'DELETE', want: { method: 'DELETE', body: 'body' } },
    { status: 307, method: 'POST', want: { method: 'POST', body: 'body' } },
    { status: 308, method: 'PUT', want: { method: 'PUT', body: 'body' } },
  ] as const)('$status after $method', async ({ status, method, want }) => {
    const server = await serveHttp(redirects);
    const answer = await openHttp(LOCAL)({
      url: `http://127.0.0.1:${server.port}/${status}/to/%2Fnext%3Fa%3Db`,
      method,
      headers: [['content-type', 'text/plain']],
      ...(method !== 'GET' && { body: 'body' }),
    });
    expect(answer).toMatchObject({ status: 200, body: 'there' });
    expect(server.seen[1]).toMatchObject({ path: '/next?a=b', ...want });
    expect(server.seen[1]?.headers['content-type']).toBe(want.body === '' ? undefined : 'text/plain');
    expect(server.seen[1]?.headers).not.toHaveProperty('referer');
  });

  test.each([300, 304, 305, 399])('%i is an answer', async (status) => {
    const server = await serveHttp((_request, response) => response.writeHead(status, { location: '/next' }).end());
    expect((await openHttp(LOCAL)({ url: `http://127.0.0.1:${server.port}/` })).status).toBe(status);
  });

  test('a redirect to nowhere is an answer', async () => {
    const server = await serveHttp((_request, response) => response.writeHead(302).end('stay'));
    expect(await openHttp(LOCAL)({ url: `http://127.0.0.1:${server.port}/` })).toMatchObject({
      status: 302,
      body: 'stay',
    });
  });
});

describe('where redirects may lead', () => {
  test.each([
    ['http://169.254.169.254/latest/?token=x', 'Get "http://169.254.169.254/latest/": 169.254.169.254 is refused'],
    ['http://10.0.0.1/', 'Get "http://10.0.0.1/": 10.0.0.1 is refused: a private address'],
    ['http://[::1]/', 'Get "http://[::1]/": ::1 is refused: a loopback address'],
    ['http://2852039166/', '169.254.169.254 is refused: a link-local address'],
    ['//0x7f.2/', '127.0.0.2 is refused: a loopback address'],
  ])('%s is refused', async (location, says) => {
    const server = await serveHttp(redirects);
    const url = `http://127.0.0.1:${server.port}/302/to/${encodeURIComponent(location)}`;
    const error = await failureOf(openHttp(LOCAL)({ url }));
    expect(error.code).toBe('ASSAY_ADDRESS_REFUSED');
    expect(error.message).toContain(says);
  });

  test('a name that resolves to a private address is refused', async () => {
    const server = await serveHttp(redirects);
    const url = `http://127.0.0.1:${server.port}/302/to/${encodeURIComponent('http://inside.test/')}`;
    const error = await failureOf(openHttp({ ...LOCAL, lookup: inside })({ url }));
    expect(error.message).toBe('Get "http://inside.test/": inside.test (192.168.0.7) is refused: a private address');
  });

  test.each([
    ['file:///etc/passwd', 'unsupported protocol scheme "file"'],
    ['http://secret@:1:2/', 'failed to parse Location header'],
  ])('%s is invalid', async (location, says) => {
    const server = await serveHttp(redirects);
    const url = `http://127.0.0.1:${server.port}/302/to/${encodeURIComponent(location)}`;
    const error = await failureOf(openHttp(LOCAL)({ url }));
    expect(error).toMatchObject({
      code: 'ASSAY_HTTP_INVALID',
      message: `Get "${url}": ${says}`.replace('secret@', ''),
    });
  });

  test('ten requests, and no more', async () => {
    const server = await serveHttp((_request, response, nth) => {
      response.writeHead(302, { location: `/${nth}` }).end();
    });
    const error = await failureOf(openHttp(LOCAL)({ url: `http://127.0.0.1:${server.port}/` }));
    expect(error).toMatchObject({ code: 'ASSAY_HTTP_REDIRECTED', retry: false });
    expect(error.message).toBe(`Get "http://127.0.0.1:${server.port}/9": stopped after 10 redirects`);
    expect(server.seen).toHaveLength(10);
  });
});

describe('credentials', () => {
  const SECRETS: NonNullable<HttpRequest['headers']> = [
    ['Authorization', 'Bearer secret'],
    ['Cookie', 'secret=1'],
    ['DD-API-KEY', 'secret'],
    ['X-Auth-Token', 'secret'],
    ...['X-Vault', 'X-JWT', 'X-Pass', 'XAuthKey', 'X-Shop-Access', 'X-Scope-OrgID'].map(
      (name) => [name, 'secret'] as const,
    ),
    ['Accept', 'application/json'],
    ['Accept-Language', 'en'],
    ['Content-Type', 'text/plain'],
    ['User-Agent', 'shop'],
  ];
  const HARMLESS = ['accept', 'accept-language', 'user-agent'];
  const ALL = SECRETS.map(([name]) => name.toLowerCase()).filter((name) => name !== 'content-type');

  test.each([
    { from: 'http://a.test/', to: '/b', kept: true },
    { from: 'http://a.test/', to: 'http://a.test/b', kept: true },
    { from: 'http://a.test/', to: 'http://A.test:80/', kept: true },
    { from: 'http://a.test/', to: 'http://sub.a.test/', kept: true },
    { from: 'http://a.test/', to: 'https://a.test/', kept: true },
    { from: 'http://a.test:8080/', to: 'https://a.test:8443/', kept: true },
    { from: 'http://a.test/', to: 'http://b.test/', kept: false },
    { from: 'http://a.test/', to: 'http://nota.test/', kept: false },
    { from: 'http://sub.a.test/', to: 'http://a.test/', kept: false },
    { from: 'http://a.test/', to: 'http://a.test:8080/', kept: false },
    { from: 'https://a.test/', to: 'http://a.test/', kept: false },
    { from: 'https://a.test/', to: 'http://a.test:443/', kept: false },
    { from: 'http://[::1]/', to: 'http://[1::1]/', kept: false },
  ])('$from → $to: kept is $kept', ({ from, to, kept }) => {
    const first = firstHop({ url: from, headers: SECRETS });
    expect(names(nextHop([first], { status: 302, location: to }, false))).toEqual(kept ? ALL : HARMLESS);
  });

  test('once left behind, they stay behind', () => {
    const first = firstHop({ url: 'http://a.test/', headers: SECRETS });
    const away = nextHop([first], { status: 302, location: 'http://b.test/' }, false);
    if (!away) throw new Error('no redirect');
    const back = nextHop([first, away], { status: 302, location: 'http://a.test/' }, false);
    expect(names(back)).toEqual(HARMLESS);
  });

  test('another host sees none of them', async () => {
    const server = await serveHttp(redirects);
    const to = encodeURIComponent(`http://other.test:${server.port}/next`);
    const http = openHttp({ ...LOCAL, allow: ['one.test', 'other.test'] });
    await http({ url: `http://user:secret@one.test:${server.port}/302/to/${to}`, headers: SECRETS.slice(1) });
    const [one, other] = server.seen;
    expect(one?.headers.authorization).toBe(`Basic ${Buffer.from('user:secret').toString('base64')}`);
    expect(other?.headers.host).toBe(`other.test:${server.port}`);
    expect(JSON.stringify(other?.headers)).not.toContain('secret');
  });

  test('of the URL go along where the redirect is relative', async () => {
    const server = await serveHttp(redirects);
    await openHttp(LOCAL)({ url: `http://us%65r:p%40ss@127.0.0.1:${server.port}/302/to/%2Fnext` });
    const basic = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([basic, basic]);
  });

  test('of a header count more than those of the URL', async () => {
    const server = await serveHttp(redirects);
    const url = `http://user:pass@127.0.0.1:${server.port}/`;
    await openHttp(LOCAL)({ url, headers: [['authorization', 'Bearer token']] });
    expect(server.seen[0]?.headers.authorization).toBe('Bearer token');
  });

  test('in a body do not go to another host', async () => {
    const server = await serveHttp(redirects);
    const to = encodeURIComponent(`http://other.test:${server.port}/token`);
    const request = { method: 'POST', body: 'client_secret=secret', secretBody: true } as const;
    const http = openHttp({ ...LOCAL, allow: ['127.0.0.1', 'other.test'] });
    const error = await failureOf(http({ ...request, url: `http://127.0.0.1:${server.port}/307/to/${to}` }));
    expect(error.code).toBe('ASSAY_HTTP_REDIRECTED');
    expect(error.message).toContain('the redirect would send a secret to another host');
    expect(server.seen).toHaveLength(1);
    const same = await http({ ...request, url: `http://127.0.0.1:${server.port}/307/to/%2Ftoken` });
    expect(same.body).toBe('there');
  });
});
