import { afterEach, beforeEach, expect, test } from 'vitest';
import { cachedCluster } from '../../lib/clusters/cached.ts';
import { memoryCluster } from '../../lib/clusters/memory.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import { type Listener, openListener } from '../../lib/runtime/listen.ts';
import { receive } from '../../lib/runtime/receive.ts';
import { aRun } from '../builders.ts';
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

const now = () => new Date('2026-11-05T10:00:00Z');
const ref: ObjectRef = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: 'guestbook-6fd5', uid: '' };

test.each([
  { name: 'a run that is served', change: {}, want: 1 },
  { name: 'a run that was made anew', change: { uid: 'other' }, want: 0 },
  { name: 'another cluster', change: { cluster: 'c2' }, want: 0 },
  { name: 'a kind that has no steps', change: { kind: 'Secret' }, want: 0 },
  { name: 'a run of another instance', selector: 'team=web', change: {}, want: 0 },
])('an event about $name leads to $want steps', async ({ change, selector, want }) => {
  const sent: ObjectRef[] = [];
  const memory = memoryCluster('c1', { now, http: async () => Promise.reject(new Error('not asked')) });
  const { metadata } = await memory.create('AnalysisRun', aRun());
  // The watch has not begun: the event is all there is.
  const scope = { kind: 'AnalysisRun' as const, ...(selector !== undefined && { labelSelector: selector }) };
  await receive(
    { ...ref, uid: metadata.uid ?? '', ...change },
    {
      clusters: [cachedCluster(memory, [scope])],
      queue: { send: async (to) => void sent.push(to) },
      log: { info() {}, warn() {}, error() {} },
      now,
    },
  );
  expect(sent).toHaveLength(want);
});
