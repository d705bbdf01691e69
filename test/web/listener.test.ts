import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Log } from '../../lib/model/ports.ts';
import { type Listener, openListener } from '../../lib/web/listener.ts';
import { openPlainHttp } from '../../lib/http/plain-http.ts';
import { type CertificateFiles, makeCertificate } from '../../lib/webhook/certificate.ts';
import { anEvent } from '../contract/bus.ts';

const token = 'a-token-for-tests';
const NO_LOG: Log = { info() {}, warn() {}, error() {} };
let listener: Listener;
let received: string[];

beforeEach(async () => {
  received = [];
  listener = await openListener({
    address: { host: '127.0.0.1', port: 0 },
    token,
    receive: async ({ name }) => void received.push(name),
    log: NO_LOG,
  });
});
afterEach(() => listener.close());

const post = async (body: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) => {
  const response = await fetch(`${listener.url}/events`, { method: 'POST', body, headers });
  return { status: response.status, body: await response.json() };
};
const eventsOf = (...names: string[]) => JSON.stringify({ events: names.map(anEvent) });

test('events are taken by whoever knows the token', async () => {
  expect(await post(eventsOf('a', 'b'))).toEqual({ status: 202, body: { taken: 2, ignored: 0 } });
  expect(received).toEqual(['a', 'b']);
});

test.each([
  { name: 'no token', headers: {}, body: eventsOf('a'), status: 401 },
  { name: 'another token', headers: { authorization: 'Bearer other' }, body: eventsOf('a'), status: 401 },
  { name: 'no JSON', body: 'nonsense', status: 400 },
  { name: 'no events', body: 'null', status: 400 },
  { name: 'too much', body: `"${'x'.repeat(300_000)}"`, status: 413 },
])('refused: $name', async ({ body, headers, status }) => {
  expect(await post(body, headers)).toMatchObject({ status });
  expect(received).toEqual([]);
});

test('what is no key is ignored', async () => {
  const events = [null, 1, {}, { detail: { ...anEvent('a').detail, name: '' } }, { detail: { name: 'x'.repeat(999) } }];
  expect(await post(JSON.stringify({ events }))).toEqual({ status: 202, body: { taken: 0, ignored: 5 } });
});

test('there is one path, and one method', async () => {
  expect((await fetch(`${listener.url}/other`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(`${listener.url}/events`)).status).toBe(405);
});

describe('with a certificate', () => {
  const hosts = ['127.0.0.1'];
  let made: CertificateFiles;
  let files: { cert: string; key: string };
  let warnings: unknown[];
  let secure: Listener;

  beforeEach(async () => {
    made = await makeCertificate(hosts, new Date());
    files = { cert: made.certificate, key: made.key };
    warnings = [];
    secure = await openListener({
      address: { host: '127.0.0.1', port: 0 },
      token,
      tls: () => files,
      renewMs: 5,
      receive: async ({ name }) => void received.push(name),
      log: { ...NO_LOG, warn: (_, fields) => void warnings.push(fields) },
    });
  });
  afterEach(() => secure.close());

  const send = async (ca: string): Promise<number> => {
    const http = openPlainHttp({ ca });
    const headers = [['authorization', `Bearer ${token}`]] as const;
    const request = { url: `${secure.url}/events`, method: 'POST', headers, body: eventsOf('a') } as const;
    return http
      .send(request)
      .then(({ status }) => status)
      .finally(() => http.close());
  };

  test('events are taken over HTTPS', async () => {
    expect(secure.url).toMatch(/^https:/);
    expect(await send(made.authorities)).toBe(202);
    expect(received).toEqual(['a']);
    await expect(fetch(secure.url.replace('https', 'http'))).rejects.toThrow('fetch failed');
  });

  test('one that is replaced is shown from then on, and one that does not fit never', async () => {
    const next = await makeCertificate(hosts, new Date());
    files = { cert: next.certificate, key: made.key };
    await expect.poll(() => warnings.length).toBeGreaterThan(0);
    expect(await send(made.authorities)).toBe(202);
    files = { cert: next.certificate, key: next.key };
    await expect.poll(() => send(next.authorities).catch(() => undefined)).toBe(202);
    await expect(send(made.authorities)).rejects.toMatchObject({ code: 'ASSAY_HTTP_UNREACHABLE' });
  });
});
