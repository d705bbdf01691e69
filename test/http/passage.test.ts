import { expect, test } from 'vitest';
import { openHttp } from '../../lib/http/open-http.ts';
import { serveHttp } from './server.ts';

const http = openHttp({ privateNetworks: 'refuse', allow: ['127.0.0.1'], random: () => 0 });

/** A server that answers so each time, and how often a connection was told of a repetition. */
async function askBy(status: number, headers: Readonly<Record<string, string>> = {}) {
  const server = await serveHttp((_request, response) => response.writeHead(status, headers).end());
  let repeated = 0;
  const by = { mayGoTo: (url: URL) => url.hostname === '127.0.0.1', onRepeat: () => void (repeated += 1) };
  const answer = await http({ url: `http://127.0.0.1:${server.port}/`, by }).catch((error: unknown) => String(error));
  return { sent: server.seen.length, repeated, answer };
}

test('by a connection 429 stands at once, whatever it says of later', async () => {
  expect(await askBy(429, { 'retry-after': '0' })).toMatchObject({ sent: 1, repeated: 0, answer: { status: 429 } });
});

test('a connection is told of each repetition', async () => {
  expect(await askBy(503)).toMatchObject({ sent: 3, repeated: 2, answer: { status: 503 } });
});

test('redirects go as far as the connection lets them', async () => {
  const { sent, answer } = await askBy(302, { location: 'http://169.254.169.254/' });
  expect(sent).toBe(1);
  expect(answer).toContain('the redirect to 169.254.169.254 leads out of the connection');
});
