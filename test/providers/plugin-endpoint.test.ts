import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { PluginsContext } from '../../lib/model/provider.ts';
import { plugin } from '../../lib/providers/plugin.ts';
import { aMeasurement } from '../builders.ts';
import { serveHttp } from '../http/server.ts';
import { aContext, NOW } from './context.ts';
import { servePlugin } from './plugin-server.ts';

const SPEC = { 'acme/queue': { queue: 'orders' } };

function contextAt(url: string, override: Partial<PluginsContext> = {}): PluginsContext {
  const plugins = { 'acme/queue': { url } };
  return { ...aContext(), plugins, interval: '1m', allowMs: (wantedMs) => wantedMs, signal: undefined, ...override };
}

test('it is asked to run, to resume and to terminate', async () => {
  const server = await servePlugin();
  const context = contextAt(`http://127.0.0.1:${server.port}/v1`);
  const first = await plugin.read(SPEC, context);
  expect(first).toEqual({
    is: 'pending',
    resumeAt: new Date(NOW.getTime() + 30_000),
    metadata: { id: 'count-1' },
  });
  const measurement = aMeasurement({ phase: 'Running', metadata: { id: 'count-1' } });
  const value = { queue: 'orders', messages: 12, id: 'count-1' };
  expect(await plugin.resume?.(SPEC, measurement, context)).toEqual({
    is: 'value',
    result: { type: 'json', value },
    shown: '{"id":"count-1","messages":12,"queue":"orders"}',
  });
  expect(await plugin.terminate?.(SPEC, measurement, context)).toEqual({ is: 'verdict', phase: 'Inconclusive' });
  const [asked, , ended] = server.seen.map(({ body }) => JSON.parse(body) as object);
  expect(server.seen[0]).toMatchObject({
    method: 'POST',
    path: '/v1',
    headers: { 'content-type': 'application/json' },
  });
  expect(asked).toEqual({
    version: 1,
    action: 'run',
    plugin: 'acme/queue',
    config: { queue: 'orders' },
    key: '5a1c.success-rate.1',
    run: { cluster: 'c1', namespace: 'shop', name: expect.any(String), uid: expect.any(String) },
    metric: { name: 'success-rate', interval: '1m' },
  });
  expect(ended).toMatchObject({
    action: 'terminate',
    measurement: { startedAt: measurement.startedAt, metadata: { id: 'count-1' } },
  });
});

test('a step that is taken again, its status lost, begins nothing twice', async () => {
  const server = await servePlugin();
  const context = contextAt(`http://127.0.0.1:${server.port}/v1`);
  expect(await plugin.read(SPEC, context)).toEqual(await plugin.read(SPEC, context));
  expect([...server.begun]).toEqual([['5a1c.success-rate.1', 'count-1']]);
});

const answered = (status: number, body: string) => (response: ServerResponse) =>
  void response.writeHead(status).end(body);

test.each<{ name: string; answer: (response: ServerResponse) => void; says: string }>([
  {
    name: 'says what is wrong',
    answer: answered(400, '{"error": "no such queue"}'),
    says: 'plugin acme/queue: no such queue',
  },
  {
    name: 'says so with status 200',
    answer: answered(200, '{"error": "no such queue"}'),
    says: 'plugin acme/queue: no such queue',
  },
  { name: 'fails', answer: answered(500, 'trace'), says: 'plugin acme/queue: HTTP 500' },
  {
    name: 'shows a page',
    answer: answered(200, '<html>log in</html>'),
    says: 'plugin acme/queue: the answer is no JSON',
  },
  { name: 'says nothing', answer: answered(200, ''), says: 'plugin acme/queue: the answer is no JSON' },
  { name: 'gives a list', answer: answered(200, '[]'), says: 'plugin acme/queue: the answer: expected an object' },
  {
    name: 'gives no value',
    answer: answered(200, '{"is":"value"}'),
    says: 'plugin acme/queue: value: required, but missing',
  },
  {
    name: 'waits for ever',
    answer: answered(200, '{"is":"pending","resumeAfterSeconds":1e9}'),
    says: 'plugin acme/queue: resumeAfterSeconds: expected a number of seconds up to a day',
  },
  {
    name: 'is nested without end',
    answer: answered(200, '['.repeat(2_000)),
    says: 'plugin acme/queue: the answer is nested in more than 1000 levels',
  },
  { name: 'floods', answer: answered(200, 'x'.repeat(2 ** 20 + 1)), says: 'larger than' },
  { name: 'hangs up', answer: (response) => void response.destroy(), says: 'EOF' },
])('an endpoint that $name makes an Error', async ({ answer, says }) => {
  const server = await serveHttp((_request, response) => answer(response));
  const reading = await plugin.read(SPEC, contextAt(`http://127.0.0.1:${server.port}/v1`));
  expect(reading).toMatchObject({ is: 'verdict', phase: 'Error', message: expect.stringContaining(says) });
});

test('an endpoint is asked by the address rules, whoever has set it', async () => {
  const reading = await plugin.read(SPEC, contextAt('http://169.254.169.254/latest'));
  expect(reading).toMatchObject({ phase: 'Error', message: expect.stringMatching(/^plugin acme\/queue: .*169\.254/) });
});

test('an endpoint that hangs is given the time of its setting', async () => {
  const server = await serveHttp(() => {});
  const url = `http://127.0.0.1:${server.port}/v1`;
  const reading = await plugin.read(SPEC, contextAt(url, { allowMs: () => 20 }));
  expect(reading).toMatchObject({
    phase: 'Error',
    message: expect.stringMatching(/^plugin acme\/queue: (no reading within 0.02 seconds|.*context deadline exceeded)/),
  });
});
