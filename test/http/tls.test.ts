import { describe, expect, test } from 'vitest';
import { openHttp, type HttpSettings } from '../../lib/http/open-http.ts';
import { AUTHORITY, CERTIFICATE, EXPIRED, KEY } from './certificates.ts';
import { failureOf, serveHttp, type Answer } from './server.ts';

const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
const metadata = async () => [{ address: '169.254.169.254', family: 4 }];
const LOCAL: HttpSettings = { privateNetworks: 'refuse', allow: ['127.0.0.1'], lookup };
const ok: Answer = (_request, response) => response.end('ok');
const valid = { key: KEY, cert: CERTIFICATE };

test('a server of a custom authority is trusted, under the names of its certificate', async () => {
  const server = await serveHttp(ok, valid);
  const http = openHttp({ ...LOCAL, tls: { ca: AUTHORITY } });
  expect((await http({ url: `https://prom.test:${server.port}/` })).body).toBe('ok');
  expect((await http({ url: `https://a.prom.test:${server.port}/` })).body).toBe('ok');
  await http({ url: `https://prom.test:${server.port}/` });
  expect(server.connections()).toBe(2);
});

describe('a certificate that does not count', () => {
  const prefix = 'tls: failed to verify certificate: x509: certificate';
  test.each([
    { name: 'of an unknown authority', tls: valid, ca: undefined, says: 'signed by unknown authority' },
    { name: 'of another name', host: 'other.test', says: 'is not valid for other.test' },
    { name: 'that has expired', tls: { key: KEY, cert: EXPIRED }, says: 'has expired or is not yet valid' },
  ])('$name', async ({ says, host = 'prom.test', tls = valid, ...row }) => {
    const server = await serveHttp(ok, tls);
    const ca = 'ca' in row ? {} : { tls: { ca: AUTHORITY } };
    const error = await failureOf(openHttp({ ...LOCAL, ...ca })({ url: `https://${host}:${server.port}/` }));
    expect(error).toMatchObject({
      code: 'ASSAY_HTTP_UNTRUSTED',
      message: `Get "https://${host}:${server.port}/": ${prefix} ${says}`,
      retry: false,
    });
    expect(server.seen).toEqual([]);
  });
});

test('insecure takes any certificate, and its connection serves no request that is not', async () => {
  const server = await serveHttp(ok, { key: KEY, cert: EXPIRED });
  const http = openHttp(LOCAL);
  const url = `https://elsewhere.test:${server.port}/`;
  expect((await http({ url, insecure: true })).body).toBe('ok');
  expect((await failureOf(http({ url }))).code).toBe('ASSAY_HTTP_UNTRUSTED');
});

test('forbidden addresses are refused under https too', async () => {
  const error = await failureOf(
    openHttp({ ...LOCAL, lookup: metadata })({ url: 'https://meta.test/', insecure: true }),
  );
  expect(error.code).toBe('ASSAY_ADDRESS_REFUSED');
});
