import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPlainHttp } from '../../lib/http/plain-http.ts';
import type { Log } from '../../lib/model/ports.ts';
import { bearerAccess } from '../../lib/web/bearer.ts';
import { eventStream } from '../../lib/web/event-stream.ts';
import { jsonAnswer, type Route, textAnswer, type WebRequest } from '../../lib/web/routes.ts';
import { openServer, type WebServer, type WebServerOptions } from '../../lib/web/server.ts';
import { type CertificateFiles, makeCertificate } from '../../lib/webhook/certificate.ts';
import { makeClientCertificate } from '../e2e/servers/client-certificate.ts';

const LONGEST = 1000;
let lines: { message: string; [field: string]: unknown }[];
let asked: WebRequest[];
let server: WebServer;
let sockets: Socket[];

const note = (message: string, fields: object = {}) => void lines.push({ message, ...fields });
const log: Log = { info: note, warn: note, error: note };
const get = (path: string, answer: Route['answer']): Route => ({ method: 'GET', path, answer });
const post = (path: string, more: Partial<Route> = {}): Route => ({
  method: 'POST',
  path,
  longestBody: LONGEST,
  answer(request) {
    asked.push(request);
    return textAnswer(200, request.body);
  },
  ...more,
});
const open = async (routes: readonly Route[], options: Partial<WebServerOptions> = {}): Promise<void> => {
  server = await openServer({ address: { host: '127.0.0.1', port: 0 }, routes, log, ...options });
};
const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${server.url}${path}`, init);
  return { status: response.status, headers: response.headers, body: await response.text() };
};
/** A connection by hand, and what came over it. */
const dial = async (text: string): Promise<{ socket: Socket; came: () => string }> => {
  const socket = connect(server.port, '127.0.0.1');
  let came = '';
  sockets.push(socket.on('data', (chunk) => (came += String(chunk))).on('error', () => {}));
  await once(socket, 'connect');
  socket.write(text);
  return { socket, came: () => came };
};
const postSome = async () => (await ask('/', { method: 'POST', body: 'x'.repeat(500) })).status;
const headWith = (token: string) =>
  `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 5\r\n\r\n`;
const endless = (ended: () => void): Route =>
  get('/endless', ({ signal }) => {
    async function* parts() {
      yield 'first';
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      ended();
    }
    return { ...textAnswer(200, ''), body: parts() };
  });
const statusWith = async (ca: string): Promise<number> => {
  const http = openPlainHttp({ ca });
  return http
    .send({ url: server.url })
    .then(({ status }) => status)
    .finally(() => http.close());
};
const answerToClient = (shown: { readonly cert?: string; readonly key?: string }) =>
  new Promise<string>((resolve) => {
    let came = '';
    const { cert, key } = shown;
    const socket = connectTls({
      host: '127.0.0.1',
      port: server.port,
      rejectUnauthorized: false,
      ...(cert && key && { cert, key }),
    });
    sockets.push(socket.on('data', (chunk) => (came += String(chunk))));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? '')).on('close', () => resolve(came));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  });

beforeEach(() => {
  [lines, asked, sockets] = [[], [], []];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
});

describe('routes', () => {
  test('a page gets its parameters and its query', async () => {
    await open([
      get('/runs/:name', ({ parameters, query }) => jsonAnswer(200, [parameters['name'], query.get('phase')])),
    ]);
    expect(await ask('/runs/a%20b?phase=Failed')).toMatchObject({ status: 200, body: '["a b","Failed"]' });
    expect(await ask('/runs/a', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect(await ask('/other')).toMatchObject({ status: 404, body: '{"error":"there is /runs/:name"}' });
    const refused = await ask('/runs/a', { method: 'POST' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test.each<{ name: string; answer: Route['answer'] }>([
    {
      name: 'throws',
      answer() {
        throw new TypeError('a bug');
      },
    },
    { name: 'rejects', answer: () => Promise.reject(new TypeError('a bug')) },
  ])('a page that $name is a 500 and a line, and the server goes on', async ({ answer }) => {
    await open([get('/bad', answer), get('/good', () => textAnswer(200, 'ok'))]);
    const { status, body } = await ask('/bad');
    expect([status, body]).toEqual([500, '{"error":"this failed; the log says why"}']);
    expect(lines).toEqual([
      { message: 'request failed', method: 'GET', path: '/bad', error: expect.stringContaining('TypeError: a bug') },
    ]);
    expect(await ask('/good')).toMatchObject({ status: 200 });
  });
});

describe('bodies', () => {
  test('one is read whole, in whatever parts it comes', async () => {
    await open([post('/')]);
    const { came } = await dial('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\xc3');
    sockets[0]?.write('\r\n1\r\nb\r\n0\r\n\r\n');
    await expect.poll(came).toMatch(/^HTTP\/1.1 200 OK/);
    expect(await ask('/', { method: 'POST', body: 'x'.repeat(LONGEST) })).toMatchObject({ status: 200 });
    expect(asked.map(({ body }) => body.length)).toEqual([3, LONGEST]);
  });

  test('one that is too long is refused without being read', async () => {
    await open([post('/'), post('/cut', { onCutBody: (beginning) => textAnswer(200, beginning.slice(0, 3)) })]);
    const body = `abc${'x'.repeat(LONGEST)}`;
    expect(await ask('/', { method: 'POST', body })).toMatchObject({
      status: 413,
      body: '{"error":"at most 1000 bytes"}',
    });
    expect(await ask('/cut', { method: 'POST', body })).toMatchObject({ status: 200, body: 'abc' });
    expect(asked).toEqual([]);
  });

  test('the bytes under way are bounded, and those of a sender that hangs up are given back', async () => {
    await open([post('/', { longestBody: 10_000 })], { limits: { bodyBytes: 2000 } });
    const held = await dial(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n${'x'.repeat(1500)}`);
    await expect.poll(postSome).toBe(503);
    held.socket.destroy();
    await expect.poll(postSome).toBe(200);
  });

  test('whoever knows no token is turned away before the body is read', async () => {
    await open([post('/', { access: bearerAccess([{ token: 'known', name: 'shop' }]) })]);
    const stranger = await dial(headWith('unknown'));
    await expect.poll(stranger.came).toMatch(/^HTTP\/1.1 401 .*connection: close/is);
    const known = await dial(headWith('known'));
    known.socket.write('hello');
    await expect.poll(known.came).toMatch(/^HTTP\/1.1 200/);
    expect(asked).toMatchObject([{ body: 'hello', sender: { name: 'shop' } }]);
  });

  test('a request that does not come to its end in time is closed', async () => {
    await open([post('/')], { limits: { requestMs: 50 } });
    const slow = await dial('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe');
    const silent = await dial('');
    await Promise.all([slow, silent].map(({ socket }) => once(socket, 'close')));
    expect(slow.came()).toMatch(/^HTTP\/1.1 408/);
    expect(asked).toEqual([]);
  });
});

describe('streams', () => {
  test('events are written as browsers read them, as they come', async () => {
    const { promise: isNext, resolve: next } = Promise.withResolvers<void>();
    async function* events() {
      yield { event: 'step', id: '7', data: 'two\nlines' };
      await isNext;
      yield { event: 'a\nb', data: '' };
    }
    await open([get('/events', () => eventStream(events()))]);
    const { came } = await dial('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(came).toContain('event: step\nid: 7\ndata: two\ndata: lines\n\n');
    expect(came()).toMatch(/^HTTP\/1.1 200 OK\r\ncontent-type: text\/event-stream/);
    expect(came()).not.toContain('event: a b');
    next();
    await expect.poll(came).toContain('event: a b\ndata: \n\n');
  });

  test('one ends when whoever reads it has gone', async () => {
    let isEnded = false;
    await open([endless(() => (isEnded = true))]);
    const { socket, came } = await dial('GET /endless HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(came).toContain('first');
    expect(isEnded).toBe(false);
    socket.destroy();
    await expect.poll(() => isEnded).toBe(true);
  });

  test('of one that nobody reads, only the head is sent', async () => {
    await open([endless(() => {})]);
    expect(await ask('/endless', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  test('one ends when the server closes', async () => {
    let isEnded = false;
    await open([endless(() => (isEnded = true))]);
    const { came } = await dial('GET /endless HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(came).toContain('first');
    await server.close();
    expect(isEnded).toBe(true);
  });

  test('one that throws breaks off, without an end that looks like one', async () => {
    const { promise: isRead, reject: fail } = Promise.withResolvers<void>();
    async function* parts() {
      yield 'first';
      await isRead;
    }
    await open([get('/broken', () => ({ ...textAnswer(200, ''), body: parts() }))]);
    const { socket, came } = await dial('GET /broken HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(came).toContain('first');
    fail(new TypeError('a bug'));
    await once(socket, 'close');
    expect(came()).not.toContain('\r\n0\r\n');
    expect(lines).toMatchObject([{ message: 'request failed' }]);
  });

  test('one goes no faster than it is read', async () => {
    let sent = 0;
    await open([
      get('/fast', ({ signal }) => {
        async function* parts() {
          while (!signal.aborted) {
            sent += 1;
            yield 'x'.repeat(1024 * 1024);
          }
        }
        return { ...textAnswer(200, ''), body: parts() };
      }),
    ]);
    const { socket } = await dial('GET /fast HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.pause();
    await expect.poll(() => sent).toBeGreaterThan(0);
    let before = -1;
    await expect.poll(() => before === (before = sent), { interval: 100 }).toBe(true);
    expect(sent).toBeLessThan(64);
  });
});

describe('connections', () => {
  test('beyond the bound new ones are refused, and idle ones closed to make room', async () => {
    await open([get('/', () => textAnswer(200, 'ok'))], { limits: { connections: 1, keepAliveMs: 60_000 } });
    const idle = await dial('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(idle.came).toContain('ok');
    const refused = await dial('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await Promise.all([once(refused.socket, 'close'), once(idle.socket, 'close')]);
    expect(refused.came()).toBe('');
    expect(await ask('/')).toMatchObject({ status: 200 });
  });

  test('closing waits for what is under way, and no longer than is set', async () => {
    await open([get('/', () => new Promise(() => {}))], { limits: { closeMs: 20 } });
    const hanging = await dial('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await server.close();
    await once(hanging.socket, 'close');
    expect(hanging.came()).toBe('');
  });

  test.each([
    {
      name: 'a port that is taken',
      address: () => ({ host: '127.0.0.1', port: server.port }),
      says: 'something else listens there (EADDRINUSE)',
    },
    {
      name: 'an address of another machine',
      address: () => ({ host: '192.0.2.1', port: 0 }),
      says: 'this machine has no such address (EADDRNOTAVAIL)',
    },
  ])('$name is an error that says what to do', async ({ address, says }) => {
    await open([]);
    const { host, port } = address();
    await expect(openServer({ address: { host, port }, routes: [], log })).rejects.toMatchObject({
      code: 'ASSAY_LISTEN_FAILED',
      message: `cannot listen at ${host}:${port}: ${says}`,
    });
  });
});

describe('with a certificate', () => {
  const hosts = ['127.0.0.1'];
  let made: CertificateFiles;
  let files: { cert: string; key: string };

  beforeEach(async () => {
    made = await makeCertificate(hosts, new Date());
    files = { cert: made.certificate, key: made.key };
  });

  const page = [get('/', () => textAnswer(200, 'ok'))];

  test('pages go over HTTPS, and over nothing else', async () => {
    await open(page, { tls: { certificate: () => files } });
    expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
    expect(await statusWith(made.authorities)).toBe(200);
    await expect(fetch(server.url.replace('https', 'http'))).rejects.toThrow('fetch failed');
  });

  test('one that is replaced is shown from then on, and one that does not fit never', async () => {
    await open(page, { tls: { certificate: () => files, renewMs: 5 } });
    const next = await makeCertificate(hosts, new Date());
    files = { cert: next.certificate, key: made.key };
    await expect.poll(() => lines.length).toBeGreaterThan(0);
    expect(lines[0]).toMatchObject({ message: 'certificate not renewed' });
    expect(await statusWith(made.authorities)).toBe(200);
    files = { cert: next.certificate, key: next.key };
    await expect.poll(() => statusWith(next.authorities).catch(() => undefined)).toBe(200);
    await expect(statusWith(made.authorities)).rejects.toMatchObject({ code: 'ASSAY_HTTP_UNREACHABLE' });
  });

  test('where an authority of clients is set, only they get an answer', async () => {
    const [client, stranger] = [await makeClientCertificate('api'), await makeClientCertificate('api')];
    await open(page, { tls: { certificate: () => files, clientCa: () => client.authority } });
    expect(await answerToClient(client)).toMatch(/^HTTP\/1.1 200/);
    expect(await answerToClient({})).toMatch(/CERTIFICATE_REQUIRED|ECONNRESET|^$/);
    expect(await answerToClient(stranger)).toMatch(/UNKNOWN_CA|ECONNRESET|^$/);
  });
});
