import { beforeEach, expect, test } from 'vitest';
import type { BusEvent } from '../../lib/model/bus.ts';
import { eventsRoute } from '../../lib/serve/events-route.ts';
import { bearerAccess } from '../../lib/web/bearer.ts';
import type { Answer, Route } from '../../lib/web/routes.ts';
import { anEvent } from '../contract/bus.ts';

const TOKENS = [{ token: 'of-c1', name: 'c1' }, { token: 'of-c2', name: 'c2' }, { token: 'of-all' }];

let ms: number;
let received: string[];
/** While there is one, whoever is received waits for it. */
let held: PromiseWithResolvers<void> | undefined;
let mayRead: (() => boolean) | undefined;
let errors: unknown[];
let route: Route;

beforeEach(() => {
  [ms, received, held, errors] = [1_000_000, [], undefined, []];
  route = eventsRoute({
    tokens: TOKENS,
    clusters: ['c1', 'c2'],
    async receive({ name }, mayAsk) {
      mayRead = mayAsk;
      received.push(name);
      await held?.promise;
      if (name === 'bug') throw new TypeError('a bug');
    },
    log: { info() {}, warn() {}, error: (_, fields) => void errors.push(fields) },
    now: () => new Date(ms),
  });
});

const post = async (events: unknown, token = 'of-all'): Promise<{ status: number; body: unknown; retry?: string }> => {
  const sender = bearerAccess(TOKENS)(`Bearer ${token}`);
  const body = typeof events === 'string' ? events : JSON.stringify({ events });
  const asked = { path: '/events', parameters: {}, query: new URLSearchParams(), headers: {}, body, sender };
  const answer: Answer = await route.answer({ ...asked, signal: new AbortController().signal });
  const retry = answer.headers?.['retry-after'];
  return {
    status: answer.status,
    body: JSON.parse(typeof answer.body === 'string' ? answer.body : ''),
    ...(retry !== undefined && { retry }),
  };
};
const inCluster = (cluster: string, event: BusEvent) => ({ ...event, detail: { ...event.detail, cluster } });
const some = (count: number, prefix = 'run') =>
  Array.from({ length: count }, (_, index) => anEvent(`${prefix}-${index}`));
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('the objects of events are received', async () => {
  expect(await post([anEvent('a'), anEvent('b')])).toEqual({ status: 202, body: { taken: 2, ignored: 0 } });
  expect(received).toEqual(['a', 'b']);
});

test.each([
  { name: 'its own cluster', token: 'of-c1', want: { taken: 1, ignored: 0 } },
  { name: 'another cluster', token: 'of-c2', want: { taken: 0, ignored: 1 } },
  { name: 'any cluster, with the token of all', token: 'of-all', want: { taken: 1, ignored: 0 } },
])('a sender speaks for $name: $want', async ({ token, want }) => {
  expect(await post([anEvent('a')], token)).toEqual({ status: 202, body: want });
  expect(received).toHaveLength(want.taken);
});

test.each([
  { name: 'nothing', event: null },
  { name: 'no event', event: 1 },
  { name: 'no detail', event: {} },
  { name: 'an empty name', event: { detail: { ...anEvent('a').detail, name: '' } } },
  { name: 'an object for a name', event: { detail: { ...anEvent('a').detail, name: {} } } },
  { name: 'a name that no object has', event: { detail: { ...anEvent('a').detail, name: 'x'.repeat(254) } } },
  { name: 'a cluster that is not served', event: inCluster('c3', anEvent('a')) },
])('ignored: $name', async ({ event }) => {
  expect(await post([event])).toEqual({ status: 202, body: { taken: 0, ignored: 1 } });
  expect(received).toEqual([]);
});

test.each(['nonsense', 'null', '{}', '{"events":{}}'])('refused: %s', async (body) => {
  expect(await post(body)).toMatchObject({ status: 400 });
});

test('of one object, what comes while it is looked up is one more look', async () => {
  held = Promise.withResolvers();
  expect((await post([anEvent('a'), anEvent('a')])).body).toEqual({ taken: 2, ignored: 0 });
  for (let index = 0; index < 5; index += 1) await post([anEvent('a')]);
  expect(received).toEqual(['a']);
  held.resolve();
  await settled();
  expect(received).toEqual(['a', 'a']);
  await post([anEvent('a')]);
  expect(received).toHaveLength(3);
});

test('a cluster is read for 200 events at once and 50 a second; with more, none of the request is taken', async () => {
  expect(await post(some(200))).toMatchObject({ status: 202 });
  await settled();
  const more = [anEvent('later'), inCluster('c2', anEvent('other'))];
  expect(await post(more)).toEqual({ status: 429, body: { error: 'too many events at once' }, retry: '1' });
  expect(await post(some(75))).toMatchObject({ status: 429, retry: '2' });
  expect(received).toHaveLength(200);
  ms += 1000;
  expect(await post(some(51))).toMatchObject({ status: 429 });
  expect(await post(some(50))).toMatchObject({ status: 202 });
  expect(received).toHaveLength(250);
});

test('a flood about one cluster takes nothing from another', async () => {
  await post(some(200), 'of-c1');
  await settled();
  expect(await post([anEvent('a')], 'of-c1')).toMatchObject({ status: 429 });
  expect(await post([inCluster('c2', anEvent('a'))], 'of-c2')).toMatchObject({ status: 202 });
});

test('looks again are reads of the same 200', async () => {
  await post(some(199));
  expect([mayRead?.(), mayRead?.()]).toEqual([true, false]);
  await settled();
  expect(await post([anEvent('a')])).toMatchObject({ status: 429 });
});

test('more than 200 objects of a cluster never get through', async () => {
  for (const count of [201, 1001]) expect(await post(some(count))).toMatchObject({ status: 413 });
  expect(await post(some(200))).toMatchObject({ status: 202 });
});

test('with 1,000 objects under way the sender waits', async () => {
  held = Promise.withResolvers();
  for (let index = 0; index < 10; index += 1) {
    expect(await post(some(100, `batch-${index}`))).toMatchObject({ status: 202 });
    ms += 10_000;
  }
  expect(await post([anEvent('one-more')])).toMatchObject({ status: 429 });
  expect(await post([anEvent('batch-0-0')])).toMatchObject({ status: 202 });
  held.resolve();
});

test('a bug is a line of the log, and the next event is taken', async () => {
  await post([anEvent('bug')]);
  await settled();
  expect(errors).toMatchObject([
    { object: expect.stringContaining('/bug/'), error: expect.stringContaining('TypeError') },
  ]);
  expect(await post([anEvent('bug')])).toMatchObject({ status: 202 });
  expect(received).toEqual(['bug', 'bug']);
});
