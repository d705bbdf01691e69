import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Listener, openListener } from '../../lib/runtime/listen.ts';
import { anEvent } from '../contract/bus.ts';

const token = 'a-token-for-tests';
let listener: Listener;
let received: string[];

beforeEach(async () => {
  received = [];
  listener = await openListener({
    address: { host: '127.0.0.1', port: 0 },
    token,
    receive: async ({ name }) => void received.push(name),
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
