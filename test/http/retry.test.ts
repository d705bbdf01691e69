import { expect, test } from 'vitest';
import type { HttpRequest } from '../../lib/model/http.ts';
import { openHttp, type HttpSettings } from '../../lib/http/open-http.ts';
import { retryDelayMs } from '../../lib/http/retry.ts';
import { failureOf, serveHttp, type Answer } from './server.ts';

const LOCAL: HttpSettings = { privateNetworks: 'refuse', allow: ['127.0.0.1'], random: () => 0 };

const resets: Answer = (_request, response) => void response.socket?.destroy();
const status =
  (...codes: readonly (readonly [number, string?])[]): Answer =>
  (_request, response, nth) => {
    const [code, retryAfter] = codes[nth - 1] ?? [200];
    response.writeHead(code, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end(`${nth}`);
  };
const date = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();

test.each([
  { name: 'a 503 that passes', answer: status([503]), want: 200, sent: 2 },
  { name: 'a 502 and a 504 that pass', answer: status([502], [504]), want: 200, sent: 3 },
  { name: 'a 503 that stays', answer: status([503], [503], [503]), want: 503, sent: 3 },
  { name: 'a 500, which is an answer', answer: status([500]), want: 500, sent: 1 },
  { name: 'a 429 with Retry-After', answer: status([429, '0']), want: 200, sent: 2 },
  { name: 'a 429 with a date that is past', answer: status([429, date(-60)]), want: 200, sent: 2 },
  { name: 'a 429 without', answer: status([429]), want: 429, sent: 1 },
  { name: 'a 429 with Retry-After beyond the time limit', answer: status([429, '3600']), want: 429, sent: 1 },
  { name: 'a 503 with a date beyond the time limit', answer: status([503, date(3600)]), want: 503, sent: 1 },
  { name: 'a Retry-After that says nothing', answer: status([429, 'soon']), want: 429, sent: 1 },
  { name: 'a POST', method: 'POST', answer: status([503]), want: 503, sent: 1 },
  {
    name: 'a POST that changes nothing',
    method: 'POST',
    repeatable: true,
    answer: status([503]),
    want: 200,
    sent: 2,
  },
  {
    name: 'what says itself when to be, as often as it says',
    method: 'POST',
    answer: status([500], [500], [500], [200]),
    repeatAfterMs: ({ answer, count }) => (answer?.status === 500 && count < 4 ? 0 : undefined),
    want: 200,
    sent: 4,
  },
  {
    name: 'what says itself not to be',
    answer: status([503]),
    repeatAfterMs: () => undefined,
    want: 503,
    sent: 1,
  },
  {
    name: 'what would be beyond the time limit',
    timeoutMs: 2000,
    answer: status([503]),
    repeatAfterMs: () => 3000,
    want: 503,
    sent: 1,
  },
  { name: 'a GET that must not be', repeatable: false, answer: status([503]), want: 503, sent: 1 },
] satisfies (Partial<HttpRequest> & { name: string; answer: Answer; want: number; sent: number })[])(
  '$name',
  async ({ answer, want, sent, name: _name, ...request }) => {
    const server = await serveHttp(answer);
    const url = `http://127.0.0.1:${server.port}/`;
    expect((await openHttp(LOCAL)({ ...request, url })).status).toBe(want);
    expect(server.seen).toHaveLength(sent);
  },
);

test.each([
  { retryAfter: '7', want: 7000 },
  { retryAfter: '86400', want: 60_000 },
  { retryAfter: '9'.repeat(400), want: 60_000 },
  { retryAfter: 'Thu, 01 Jan 2099 00:00:00 GMT', want: 60_000 },
])('Retry-After $retryAfter is waited for for $want ms', ({ retryAfter, want }) => {
  expect(retryDelayMs({ status: 503, retryAfter }, 1, 0, new Date('2026-11-30T10:00:00Z'))).toBe(want);
});

test('a connection that is reset twice', async () => {
  const server = await serveHttp((request, response, nth) =>
    nth < 3 ? resets(request, response, nth) : response.end('third'),
  );
  expect((await openHttp(LOCAL)({ url: `http://127.0.0.1:${server.port}/` })).body).toBe('third');
});

test('a connection that is always reset', async () => {
  const server = await serveHttp(resets);
  const error = await failureOf(openHttp(LOCAL)({ url: `http://127.0.0.1:${server.port}/` }));
  expect(error.message).toContain('EOF');
  expect(server.seen).toHaveLength(3);
});

test('not where the delay does not fit into the time', async () => {
  const server = await serveHttp(resets);
  const http = openHttp({ ...LOCAL, random: () => 1 });
  await failureOf(http({ url: `http://127.0.0.1:${server.port}/`, timeoutMs: 150 }));
  expect(server.seen).toHaveLength(1);
});

test.each([
  { name: 'a share of 200 ms', attempt: 1, random: 0.5, want: 100 },
  { name: 'a share of twice that', attempt: 2, random: 0.5, want: 200 },
  { name: 'no share', attempt: 2, random: 0, want: 0 },
  { name: 'two seconds at most', attempt: 9, random: 1, want: 2000 },
  { name: 'what the server asks for', attempt: 1, random: 1, retryAfter: '7', want: 7000 },
  { name: 'not less than it asks for', attempt: 1, random: 1, retryAfter: '0', want: 200 },
])('waits $name', ({ attempt, random, retryAfter, want }) => {
  expect(retryDelayMs({ status: 503, retryAfter }, attempt, random, new Date())).toBe(want);
});
