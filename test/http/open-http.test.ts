import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { HttpRequest } from '../../lib/model/http.ts';
import { openHttp, type HttpSettings } from '../../lib/http/open-http.ts';
import { failureOf, serveHttp, type Answer } from './server.ts';

const LOCAL: HttpSettings = { privateNetworks: 'refuse', allow: ['127.0.0.1'], random: () => 0 };

/** Names of this table only; `calls` counts how often each was asked for. */
function aResolver(names: Readonly<Record<string, readonly string[]>>) {
  const calls: string[] = [];
  const lookup = async (host: string) => {
    calls.push(host);
    const addresses = names[host];
    if (!addresses) throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { lookup, calls };
}

const neverResolves = () => new Promise<never>(() => undefined);
const ok: Answer = (_request, response) => response.end('ok');

describe('a request', () => {
  test('has its method as it is written, small letters included', async () => {
    const heads: string[] = [];
    const server = createServer((socket) => {
      socket.on('data', (part) => {
        heads.push(String(part));
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    expect(await openHttp(LOCAL)({ url, method: 'post', body: 'text' })).toMatchObject({ status: 200, body: 'ok' });
    expect(heads[0]).toMatch(/^post \/x HTTP\/1\.1\r\n/);
    expect(heads[0]).toMatch(/\r\ncontent-length: 4\r\n/i);
  });

  test('arrives as it was asked for, and the answer as it was given', async () => {
    const server = await serveHttp((_request, response) => {
      response.writeHead(404, { 'X-Some': 'header', 'Set-Cookie': ['a=1', 'b=2'] });
      response.end('ünknown');
    });
    const answer = await openHttp(LOCAL)({
      url: `http://127.0.0.1:${server.port}/path?a=b%20c#part`,
      method: 'PUT',
      headers: [
        ['X-Twice', 'first'],
        ['x-twice', 'wörd'],
        ['Host', 'elsewhere'],
        ['Content-Length', '99'],
        ['Transfer-Encoding', 'chunked'],
        ['Expect', '100-continue'],
      ],
      body: 'bödy',
    });
    expect(answer).toMatchObject({
      status: 404,
      headers: { 'x-some': 'header', 'set-cookie': 'a=1,b=2' },
      body: 'ünknown',
    });
    expect(server.seen).toEqual([
      {
        method: 'PUT',
        path: '/path?a=b%20c',
        headers: {
          'accept-encoding': 'identity',
          connection: 'keep-alive',
          'content-length': '5',
          host: `127.0.0.1:${server.port}`,
          'user-agent': 'assay',
          'x-twice': Buffer.from('wörd').toString('latin1'),
        },
        body: 'bödy',
      },
    ]);
  });

  test('reuses its connection', async () => {
    const server = await serveHttp(ok);
    const http = openHttp(LOCAL);
    for (let i = 0; i < 5; i++) await http({ url: `http://127.0.0.1:${server.port}/` });
    expect(server.connections()).toBe(1);
  });

  test.each([
    { name: 'of a scheme that is not http', url: 'file:///etc/passwd', says: 'unsupported protocol scheme "file"' },
    { name: 'of data', url: 'data:text/plain,hello', says: 'unsupported protocol scheme "data"' },
    { name: 'without scheme', url: 'prometheus:9090', says: 'unsupported protocol scheme "prometheus"' },
    { name: 'of nothing', url: '', says: 'Get "": unsupported protocol scheme ""' },
    { name: 'without host', url: 'http://', says: 'http: no Host in request URL' },
    { name: 'of a port that is none', url: 'http://a:b/', says: 'Get "http://a:b/": invalid URL' },
    {
      name: 'with a header that is none',
      headers: [['a b', 'c']],
      says: 'net/http: invalid header field name "a b"',
    },
    {
      name: 'with a header that smuggles another',
      headers: [['a', 'secret\r\nHost: x']],
      says: 'net/http: invalid header field value for "a"',
    },
  ] as const)('$name is invalid', async ({ says, url = 'http://127.0.0.1/', headers = [] }: Row) => {
    const error = await failureOf(openHttp(LOCAL)({ url, headers }));
    expect(error).toMatchObject({ code: 'ASSAY_HTTP_INVALID', retry: false });
    expect(error.message).toContain(says);
    expect(error.message).not.toContain('secret');
  });
  interface Row {
    readonly says: string;
    readonly url?: string;
    readonly headers?: NonNullable<HttpRequest['headers']>;
  }

  test('ignores the proxy of the environment', async () => {
    const server = await serveHttp(ok);
    const { lookup } = aResolver({ 'proxy.test': ['127.0.0.1'] });
    const before = { ...process.env };
    onTestFinished(() => void (process.env = before));
    process.env['HTTP_PROXY'] = process.env['http_proxy'] = 'http://proxy.test:1';
    process.env['NO_PROXY'] = process.env['no_proxy'] = '';
    expect(await openHttp({ ...LOCAL, lookup })({ url: `http://127.0.0.1:${server.port}/` })).toMatchObject({
      body: 'ok',
    });
  });
});

describe('limits', () => {
  test('a body of the limit passes, one byte more does not', async () => {
    const server = await serveHttp(({ path }, response) => response.end('x'.repeat(Number(path.slice(1)))));
    const http = openHttp({ ...LOCAL, bodyLimitBytes: 1000 });
    expect((await http({ url: `http://127.0.0.1:${server.port}/1000` })).body).toHaveLength(1000);
    expect(await failureOf(http({ url: `http://127.0.0.1:${server.port}/1001` }))).toMatchObject({
      code: 'ASSAY_HTTP_TOO_LARGE',
      message: `Get "http://127.0.0.1:${server.port}/1001": the body of the answer is larger than 1000 bytes`,
      retry: false,
    });
  });

  test('a body without end is cut at 1 MiB', async () => {
    const server = await serveHttp((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const timer = setInterval(() => response.write(chunk), 0);
      response.on('close', () => clearInterval(timer));
    });
    const error = await failureOf(openHttp(LOCAL)({ url: `http://127.0.0.1:${server.port}/` }));
    expect(error.message).toContain('larger than 1048576 bytes');
  });

  test.each([
    { name: 'no answer', answer: () => undefined },
    { name: 'an answer that drips', answer: (_request, response) => void response.write('x') },
    {
      name: 'redirects without end',
      answer: (_request, response) => void setTimeout(() => response.writeHead(302, { location: '/' }).end(), 30),
    },
  ] satisfies { name: string; answer: Answer }[])('$name: the time for all of it is bounded', async ({ answer }) => {
    const server = await serveHttp(answer);
    const error = await failureOf(openHttp(LOCAL)({ url: `http://127.0.0.1:${server.port}/`, timeoutMs: 100 }));
    expect(error).toMatchObject({
      code: 'ASSAY_HTTP_TIMEOUT',
      message: `Get "http://127.0.0.1:${server.port}/": context deadline exceeded`,
      retry: true,
    });
  });

  test('no time at all is over at once', async () => {
    const server = await serveHttp(() => undefined);
    const error = await failureOf(openHttp(LOCAL)({ url: `http://127.0.0.1:${server.port}/`, timeoutMs: 0 }));
    expect(error.code).toBe('ASSAY_HTTP_TIMEOUT');
  });

  test('the time to connect is bounded, the lookup included', async () => {
    const error = await failureOf(
      openHttp({ ...LOCAL, lookup: neverResolves, connectTimeoutMs: 30 })({ url: 'http://slow.test/' }),
    );
    expect(error).toMatchObject({
      code: 'ASSAY_HTTP_TIMEOUT',
      message: 'Get "http://slow.test/": dial tcp slow.test:80: i/o timeout',
    });
  });
});

describe('an end that somebody else sets', () => {
  test.each([
    { name: 'who asked', end: (control: AbortController) => control.abort() },
    { name: 'the end of everything', end: (_: AbortController, http: { close(): void }) => http.close() },
  ])('$name ends a request that hangs, and those that wait for a place', async ({ end }) => {
    const server = await serveHttp(() => undefined);
    const http = openHttp(LOCAL);
    const control = new AbortController();
    const request = { url: `http://127.0.0.1:${server.port}/`, signal: control.signal, timeoutMs: 50_000 };
    const failures = Array.from({ length: 70 }, async () => failureOf(http(request)));
    await expect.poll(() => server.seen.length).toBe(64);
    end(control, http);
    const messages = (await Promise.all(failures)).map(({ code, message }) => `${code} ${message}`);
    const want = `ASSAY_HTTP_TIMEOUT Get "http://127.0.0.1:${server.port}/": context canceled`;
    expect(new Set(messages)).toEqual(new Set([want]));
    expect(server.seen).toHaveLength(64);
  });

  test('once all is closed, requests fail at once', async () => {
    const http = openHttp(LOCAL);
    http.close();
    expect((await failureOf(http({ url: 'http://127.0.0.1:1/' }))).message).toContain('context canceled');
  });

  test('a request ends after a minute, whatever it asks for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = await serveHttp(() => undefined);
    const failure = failureOf(openHttp(LOCAL)({ url: `http://127.0.0.1:${server.port}/`, timeoutMs: 2_000_000_000 }));
    let isOver = false;
    void failure.then(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(59_999);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await failure).message).toContain('context deadline exceeded');
  });

  test('a namespace whose requests hang leaves places of the host to others', async () => {
    const server = await serveHttp(({ path }, response) => void (path === '/ok' && response.end('ok')));
    const http = openHttp(LOCAL);
    const ask = async (path: string, namespace: string) =>
      http({ url: `http://127.0.0.1:${server.port}${path}`, from: { namespace, provider: 'Web' } });
    const hanging = Array.from({ length: 200 }, async () => failureOf(ask('/slow', 'bad')));
    expect((await ask('/ok', 'good')).body).toBe('ok');
    http.close();
    await Promise.all(hanging);
  });
});

describe('failures, in the words of Go', () => {
  test('connection refused', async () => {
    const error = await failureOf(openHttp(LOCAL)({ url: 'http://user:secret@127.0.0.1:1/x?y=1', method: 'POST' }));
    expect(error).toMatchObject({
      code: 'ASSAY_HTTP_UNREACHABLE',
      message: 'Post "http://127.0.0.1:1/x?y=1": dial tcp 127.0.0.1:1: connect: connection refused',
      retry: true,
    });
    expect(error.cause).toBeUndefined();
  });

  test('connection refused by all addresses of a name', async () => {
    const { lookup } = aResolver({ 'two.test': ['127.0.0.1', '127.0.0.1'] });
    const error = await failureOf(openHttp({ ...LOCAL, lookup })({ url: 'http://two.test:1/' }));
    expect(error.message).toBe('Get "http://two.test:1/": dial tcp 127.0.0.1:1: connect: connection refused');
  });

  test.each([
    ['no such host', async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }))],
    ['no such host', async () => []],
    ['server misbehaving', async () => Promise.reject(Object.assign(new Error('x'), { code: 'EAI_AGAIN' }))],
  ])('%s', async (says, lookup) => {
    const error = await failureOf(openHttp({ ...LOCAL, lookup })({ url: 'http://gone.test/' }));
    expect(error).toMatchObject({
      code: 'ASSAY_HTTP_UNREACHABLE',
      message: `Get "http://gone.test/": dial tcp: lookup gone.test: ${says}`,
    });
  });

  test.each([
    ['EOF', undefined, ''],
    ['unexpected EOF', undefined, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
    ['net/http: HTTP/1.x transport connection broken: malformed HTTP response', undefined, 'hello\r\n\r\n'],
    ['http: server gave HTTP response to HTTPS client', 'https', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('%s', async (says, scheme = 'http', bytes) => {
    const server = createServer((socket) => socket.once('data', () => socket.end(bytes)).on('error', () => undefined));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void server.close());
    const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const error = await failureOf(openHttp(LOCAL)({ url }));
    expect(error).toMatchObject({ code: 'ASSAY_HTTP_UNREACHABLE', message: `Get "${url}": ${says}` });
  });
});

describe('addresses', () => {
  test('a name that resolves to permitted and forbidden addresses is refused, whatever their order', async () => {
    const server = await serveHttp(ok);
    const { lookup } = aResolver({
      'a.test': ['127.0.0.1', '169.254.169.254'],
      'b.test': ['169.254.169.254', '127.0.0.1'],
      'c.test': ['8.8.8.8', '::ffff:10.0.0.1'],
    });
    const http = openHttp({ ...LOCAL, lookup });
    for (const host of ['a.test', 'b.test', 'c.test']) {
      const error = await failureOf(http({ url: `http://${host}:${server.port}/` }));
      expect(error).toMatchObject({ code: 'ASSAY_ADDRESS_REFUSED', retry: false });
    }
    expect(server.connections()).toBe(0);
  });

  test('says which address is refused, and why', async () => {
    const { lookup } = aResolver({ 'meta.test': ['169.254.169.254'] });
    const error = await failureOf(openHttp({ ...LOCAL, lookup })({ url: 'http://meta.test/' }));
    expect(error.message).toBe('Get "http://meta.test/": meta.test (169.254.169.254) is refused: a link-local address');
  });

  test('the address that was checked is the one connected to: the name is resolved once', async () => {
    const server = await serveHttp(ok);
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    let asked = 0;
    const lookup = async () => (answers[asked++] ?? []).map((address) => ({ address, family: 4 }));
    const http = openHttp({ ...LOCAL, lookup });
    await http({ url: `http://rebind.test:${server.port}/` });
    await http({ url: `http://rebind.test:${server.port}/` });
    expect(asked).toBe(1);
    expect(server.seen.map(({ headers }) => headers.host)).toEqual(Array(2).fill(`rebind.test:${server.port}`));
  });

  test('a connection to one name does not serve another name at the same address', async () => {
    const server = await serveHttp(ok);
    const { lookup, calls } = aResolver({ 'a.test': ['127.0.0.1'], 'b.test': ['127.0.0.1'] });
    const http = openHttp({ privateNetworks: 'refuse', allow: ['a.test'], lookup });
    await http({ url: `http://a.test:${server.port}/` });
    expect((await failureOf(http({ url: `http://b.test:${server.port}/` }))).code).toBe('ASSAY_ADDRESS_REFUSED');
    expect(calls).toEqual(['a.test', 'b.test']);
  });

  test.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/',
    'http://user:pass@localhost/',
    'http://localhost./',
    'http://8.8.8.8@127.0.0.1/',
    'http://127.0.0.1#@8.8.8.8/',
    'http://127.0.0.1\\@8.8.8.8/',
    'https://127.0.0.1/',
    'http:127.0.0.1/',
  ])('%s is refused', async (url) => {
    const { lookup } = aResolver({ localhost: ['127.0.0.1'], 'localhost.': ['127.0.0.1'] });
    const error = await failureOf(openHttp({ privateNetworks: 'allow', lookup })({ url }));
    expect(error.code).toBe('ASSAY_ADDRESS_REFUSED');
    expect(error.message).toContain('a loopback address');
    expect(error.message).not.toContain('pass');
  });

  test('the runtime API of the process is refused though its address is listed', async () => {
    const server = await serveHttp(ok);
    const http = openHttp({ ...LOCAL, runtimeApi: `127.0.0.1:${server.port}` });
    const error = await failureOf(http({ url: `http://127.0.0.1:${server.port}/2018-06-01/runtime` }));
    expect(error.message).toContain('the runtime API of this process');
    expect(server.connections()).toBe(0);
  });
});
